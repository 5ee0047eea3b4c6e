import fc from 'fast-check'
import { heightsOf, isotonic } from '../../picture/place.ts'
import { adjacencyOf, ranksOf } from '../../picture/ranks.ts'

test('wishes that keep their distance are granted', () => {
  expect(isotonic([0, 10, 30], 10)).toEqual([0, 10, 30])
})

test('equal wishes are spread evenly around themselves', () => {
  expect(isotonic([5, 5, 5], 10)).toEqual([-5, 5, 15])
})

test('distances hold for any wishes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 }), (wishes) => {
      const heights = isotonic(wishes, 7)
      for (let at = 1; at < heights.length; at++) {
        expect(heights[at]! - heights[at - 1]!).toBeGreaterThanOrEqual(7 - 1e-6)
      }
    }),
  )
})

test('a chain is drawn straight', () => {
  const edges = [
    { source: 'a', destination: 'b' },
    { source: 'b', destination: 'c' },
  ]
  const graph = adjacencyOf(['a', 'b', 'c'], edges)
  expect([...heightsOf(graph, ranksOf(graph), [[0], [1], [2]], 40)]).toEqual([0, 0, 0])
})
