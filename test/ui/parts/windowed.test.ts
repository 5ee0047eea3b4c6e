import { rowsBetween, topsOf } from '../../../ui/parts/windowed.ts'

const tops = topsOf([10, 20, 10, 40, 10])

test('heights add up', () => {
  expect(tops).toEqual([0, 10, 30, 40, 80, 90])
})

test.each([
  [0, 90, 0, 5],
  [-50, 5, 0, 1],
  [10, 30, 1, 3],
  [35, 36, 2, 3],
  [79, 81, 3, 5],
  [200, 300, 5, 5],
])('between %i and %i px lie the rows %i up to %i', (from, to, first, end) => {
  const rows = rowsBetween(tops, from, to)
  expect([rows.first, rows.end]).toEqual([first, end])
  const drawn = tops[end]! - tops[first]!
  expect(rows.above_px + drawn + rows.below_px).toBe(90)
})

test('an empty list has no rows', () => {
  expect(rowsBetween([0], 0, 100)).toEqual({ first: 0, end: 0, above_px: 0, below_px: 0 })
})
