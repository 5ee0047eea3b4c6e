import { walk } from '../../../ui/find/walk.ts'

const positions = { a: { x: 0, y: 0 }, b: { x: 300, y: -50 }, c: { x: 300, y: 60 }, d: { x: 600, y: 0 } }
const edges = [
  { source: 'a', destination: 'b' },
  { source: 'a', destination: 'c' },
  { source: 'c', destination: 'd' },
]

test('starts at the leftmost node', () => {
  expect(walk(undefined, 'right', positions, edges)).toBe('a')
  expect(walk('gone', 'right', positions, edges)).toBe('a')
})

test('right goes to the nearest callee, left back to a caller', () => {
  expect(walk('a', 'right', positions, edges)).toBe('b')
  expect(walk('d', 'left', positions, edges)).toBe('c')
  expect(walk('b', 'right', positions, edges)).toBeUndefined()
})

test('up and down go to the nearest in the column', () => {
  expect(walk('b', 'down', positions, edges)).toBe('c')
  expect(walk('b', 'up', positions, edges)).toBeUndefined()
})
