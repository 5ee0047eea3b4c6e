import { neighbourhood } from '../../../picture/find/neighbourhood.ts'

const edges = [
  ['a', 'b'],
  ['b', 'c'],
  ['c', 'd'],
  ['d', 'b'],
  ['x', 'c'],
].map(([source, destination]) => ({ source: source!, destination: destination! }))
const around = (id: string, depth: number, way: 'both' | 'callers' | 'callees') =>
  [...neighbourhood(id, edges, depth, way)].sort().join('')

test('hops are counted along the calls, against them, or both, and circles end', () => {
  expect(around('b', 1, 'both')).toBe('abcd')
  expect(around('b', 1, 'callees')).toBe('bc')
  expect(around('b', 9, 'callees')).toBe('bcd')
  expect(around('c', 1, 'callers')).toBe('bcx')
  expect(around('nobody', 3, 'both')).toBe('nobody')
})
