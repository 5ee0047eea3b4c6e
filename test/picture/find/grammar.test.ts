import fc from 'fast-check'
import { asksBefore, DEPTH_MAX, meantStates, parseFind, TEXT_MAX } from '../../../picture/find/grammar.ts'
import { amountOf } from '../../../picture/find/quantity.ts'
import { nearest } from '../../../picture/find/suggest.ts'
import { FindError } from '../../../picture/find/token.ts'

const name = (value: string) => ({ kind: 'text', field: 'name', operator: 'contains', value })
const state = (word: string) => ({ kind: 'state', state: word })

test.each([
  ['', undefined],
  ['Cart', name('cart')],
  ['"slow"', name('slow')],
  ['slow', state('slow')],
  ['errors', state('error')],
  ['a b', { kind: 'and', parts: [name('a'), name('b')] }],
  ['a and b or c', { kind: 'or', parts: [{ kind: 'and', parts: [name('a'), name('b')] }, name('c')] }],
  ['a and (b or c)', { kind: 'and', parts: [name('a'), { kind: 'or', parts: [name('b'), name('c')] }] }],
  ['not not new', { kind: 'not', part: { kind: 'not', part: state('new') } }],
  ['p95>200ms', { kind: 'number', field: 'p95', operator: '>', value: 200_000 }],
  ['%ERROR >= 5%', { kind: 'number', field: '%error', operator: '>=', value: 5 }],
  ['zone = eu', { kind: 'text', field: 'zone', operator: '=', value: 'eu' }],
  ['name contains "and"', { kind: 'text', field: 'name', operator: 'contains', value: 'and' }],
  ['service endswith -api', { kind: 'text', field: 'service', operator: 'ends', value: '-api' }],
  ['constructor', name('constructor')],
])('%j means what it says', (text, query) => {
  expect(parseFind(text)).toEqual(query)
})

/** A text, where it is wrong (from, to), and what is said about it. */
test.each([
  ['p59 > 10', 0, 3, /no field p59; did you mean p50\?/],
  ['rps > fast', 6, 10, /rps is a number such as 10/],
  ['p95 > 5%', 6, 8, /p95 is a duration such as 200ms/],
  ['p95 contains 5', 4, 12, undefined],
  ['zone > eu', 5, 6, /zone is a text/],
  ['cart and', 8, 9, /something is missing/],
  ['cart or or x', 8, 10, /belongs here, not or/],
  ['(a or b', 0, 1, /not closed/],
  ['a)', 1, 2, /no bracket that this one closes/],
  ['x "open', 2, 7, /quote is not closed/],
  ['p95 >', 5, 6, /a value belongs after >/],
  ['> 5', 0, 1, /belongs here, not >/],
  ['constructor = 1', 0, 11, /no field constructor$/],
])('%j is wrong at %i to %i', (text, from, to, message) => {
  if (!message) return expect(() => parseFind(text)).not.toThrow()
  const error = (() => {
    try {
      parseFind(text)
    } catch (thrown) {
      return thrown as FindError
    }
    return undefined
  })()!
  expect([error.at, error.at + error.length]).toEqual([from, to])
  expect(error.message).toMatch(message)
})

test('any text is a query or an error that points into it, quickly', () => {
  const part = fc.constantFrom(
    '(',
    ')',
    'and',
    'or',
    'not',
    'p95',
    '>',
    '200ms',
    '"',
    'slow',
    '%error',
    '=',
    'x',
  )
  const texts = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.array(part, { maxLength: 30 }).map((all) => all.join(' ')),
  )
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseFind(text)
      } catch (error) {
        expect(error).toBeInstanceOf(FindError)
        const { at, length } = error as FindError
        expect(at >= 0 && at <= text.length && length >= 1).toBe(true)
      }
    }),
  )
})

test('brackets that go too deep and texts that are too long are refused', () => {
  const deep = (times: number) => `${'('.repeat(times)}a${')'.repeat(times)}`
  expect(parseFind(deep(DEPTH_MAX - 1))).toEqual(name('a'))
  expect(() => parseFind(deep(DEPTH_MAX + 1))).toThrow('too deep')
  expect(() => parseFind('x'.repeat(TEXT_MAX + 1))).toThrow('too long')
})

test('a word near a state is probably meant as one', () => {
  expect(meantStates(parseFind('slwo and not iddle')!)).toEqual(['slow', 'idle'])
  expect(meantStates(parseFind('cart')!)).toEqual([])
  expect(nearest('untrced', ['untraced', 'untapped'])).toBe('untraced')
  expect(nearest('x', ['untraced'])).toBeUndefined()
})

test('new and gone ask for the time before', () => {
  expect(['a or not (b and gone)', 'slow', ''].map((text) => asksBefore(parseFind(text)))).toEqual([
    true,
    false,
    false,
  ])
})

test.each([
  ['200', 'duration', 200_000],
  ['1.5s', 'duration', 1_500_000],
  ['30µs', 'duration', 30],
  ['2k', 'number', 2000],
  ['10/s', 'number', 10],
  ['3MB', 'bytes', 3_000_000],
  ['5 %', 'percent', 'is a share such as 5 or 5%'],
  ['-1', 'number', 'is a number such as 10 or 2k'],
  ['1constructor', 'number', 'is a number such as 10 or 2k'],
] as const)('%s as a %s is %s', (text, unit, amount) => {
  expect(amountOf(text, unit)).toEqual(amount)
})
