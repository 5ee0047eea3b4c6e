import type { SeriesPoint } from '../../../graph-api/contract.ts'
import { bandsOf, wholeBuckets } from '../../../ui/parts/chart.tsx'

const at = (second: number) => new Date(Date.UTC(2026, 7, 20, 9, 0, second)).toISOString()
const point = (second: number): SeriesPoint => ({
  ts: at(second),
  calls: 1,
  errors: 0,
  client_errors: 0,
  server_errors: 0,
  timeouts: 0,
  resets: 0,
  denied: 0,
  unfinished: 0,
  in_flight: 0,
  p50_us: 1,
  p95_us: 1,
  p99_us: 1,
})

test('buckets that the window cuts, or that may still fill, are not drawn', () => {
  const seconds = [0, 10, 20, 30, 40, 50]
  const heat = { bounds_us: [1], counts: seconds.map((second) => [second]) }
  const series = { step_s: 10, points: seconds.map(point), heat }
  const span = { from: at(3), to: at(52), seconds: 49, covered_seconds: 49 }
  const whole = wholeBuckets(series, span)
  expect(whole.points.map((it) => it.ts)).toEqual([at(10), at(20), at(30)])
  expect(whole.heat.counts).toEqual([[10], [20], [30]])
})

test('stacked areas stand on each other, lines all on the ground', () => {
  const points = [point(0), { ...point(10), calls: 3, errors: 2 }]
  const lines = [
    { name: 'failed', tone: 'bad' as const, value: (it: SeriesPoint) => it.errors },
    { name: 'ok', tone: 'main' as const, value: (it: SeriesPoint) => it.calls - it.errors },
  ]
  expect(bandsOf(points, lines, true)).toEqual([
    [
      [0, 0],
      [0, 2],
    ],
    [
      [0, 1],
      [2, 3],
    ],
  ])
  expect(bandsOf(points, lines, false)[1]).toEqual([
    [0, 1],
    [0, 1],
  ])
})
