import { heatOf } from '../../../graph-api/query/heat.ts'
import { bucketOf } from '../../../model/histogram.ts'

const histogram = (...durations_us: number[]): Map<number, number> => {
  const counts = new Map<number, number>()
  for (const us of durations_us) counts.set(bucketOf(us), (counts.get(bucketOf(us)) ?? 0) + 1)
  return counts
}

test('rows are half octaves from the shortest to the longest, and no call is lost', () => {
  const { bounds_us, counts } = heatOf([histogram(1000, 1001, 1400), histogram(), histogram(2900, 1000)])
  expect(bounds_us).toEqual([724, 1024, 1448, 2048, 2896])
  expect(counts).toEqual([
    [2, 1, 0, 0, 0],
    [0, 0, 0, 0, 0],
    [1, 0, 0, 0, 1],
  ])
})

test('without calls there are no rows', () => {
  expect(heatOf([new Map(), new Map()])).toEqual({ bounds_us: [], counts: [[], []] })
})
