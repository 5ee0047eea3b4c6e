import { wholeBuckets } from '../../../ui/parts/chart.tsx'

const at = (second: number) => new Date(Date.UTC(2026, 7, 20, 9, 0, second)).toISOString()
const point = (second: number) => ({ ts: at(second), calls: 1, errors: 0, p50_us: 1, p95_us: 1, p99_us: 1 })

test('buckets that the window cuts, or that may still fill, are not drawn', () => {
  const series = { step_s: 10, points: [0, 10, 20, 30, 40, 50].map(point) }
  const span = { from: at(3), to: at(52), seconds: 49 }
  expect(wholeBuckets(series, span).points.map((it) => it.ts)).toEqual([at(10), at(20), at(30)])
})
