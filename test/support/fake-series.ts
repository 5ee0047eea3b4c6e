import type { Graph, Series, SeriesPoint } from '../../graph-api/contract.ts'
import { seeded } from './fake-graph.ts'

/** A series of sixty points over a generated graph's window, with the heat map that belongs to it. */

const POINTS = 60
const ROWS = 9

export function seriesOf(
  graph: Graph,
  rate: number,
  error_rate: number,
  p50_us: number,
  seed: number,
): Series {
  const step_s = Math.max(1, Math.round(graph.window.seconds / POINTS))
  const random = seeded(seed)
  const from = Date.parse(graph.window.from)
  const points = Array.from({ length: POINTS }, (_, at): SeriesPoint => {
    const calls = Math.round(rate * step_s * (0.8 + random() * 0.4))
    const p50 = p50_us * (0.85 + random() * 0.3)
    const errors = Math.round(calls * error_rate * 2 * random())
    const timeouts = Math.floor(errors / 3)
    return {
      ts: new Date(from + at * step_s * 1000).toISOString(),
      calls,
      errors,
      client_errors: Math.round(calls * 0.01 * random()),
      server_errors: errors - timeouts,
      timeouts,
      resets: 0,
      denied: 0,
      unfinished: 0,
      in_flight: (calls * p50) / (step_s * 1e6),
      p50_us: Math.round(p50),
      p95_us: Math.round(p50 * (2.3 + random() * 0.6)),
      p99_us: Math.round(p50 * (4.2 + random() * 2)),
    }
  })
  const lowest = p50_us / 2
  const spread = Array.from({ length: ROWS }, (_, row) => 1 / (1 + (row - 2) ** 2))
  const whole = spread.reduce((sum, share) => sum + share, 0)
  return {
    step_s,
    points,
    heat: {
      bounds_us: Array.from({ length: ROWS }, (_, row) => Math.round(lowest * 2 ** (row / 2))),
      counts: points.map(({ calls }) => spread.map((share) => Math.round((calls * share) / whole))),
    },
  }
}
