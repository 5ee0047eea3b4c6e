import { parseOptions } from '../../../loadtest/bench/options.ts'

const KNOWN = ['saturation', 'graph']

test('without words it runs everything, five rounds of four seconds', () => {
  expect(parseOptions([], KNOWN)).toEqual({
    names: [],
    rounds: 5,
    seconds: 4,
    quick: false,
    full: false,
    peers: [],
  })
})

test('--quick is one round of a second unless told otherwise', () => {
  expect(parseOptions(['graph', '--quick'], KNOWN)).toMatchObject({ names: ['graph'], rounds: 1, seconds: 1 })
  expect(parseOptions(['--quick', '--rounds', '3'], KNOWN)).toMatchObject({ rounds: 3, seconds: 1 })
})

test('peers are named with commas', () => {
  expect(parseOptions(['--peers', 'nginx,tap'], KNOWN).peers).toEqual(['nginx', 'tap'])
})

test.each([
  [['speed'], 'speed'],
  [['--rounds', '0'], '--rounds is 0'],
  [['--seconds', '1.5'], '--seconds is 1.5'],
  [['--fast'], '--fast'],
])('%j is refused by name', (words, named) => {
  expect(() => parseOptions(words, KNOWN)).toThrow(expect.objectContaining({ code: 'TAPMESH_USAGE' }))
  expect(() => parseOptions(words, KNOWN)).toThrow(named)
})
