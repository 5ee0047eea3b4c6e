import type { GoldenSignals } from '../../model/graph.ts'
import { quantiles as quantilesOf } from '../../model/histogram.ts'

/** Counts and durations that golden signals are made from. */
export interface Counted {
  calls: number
  errors: number
  client_errors: number
  duration: ReadonlyMap<number, number>
}

/** Microseconds, rounded to whole ones: the histogram knows no finer. */
export function quantiles(duration: ReadonlyMap<number, number>): {
  p50_us: number
  p95_us: number
  p99_us: number
} {
  const [p50, p95, p99] = quantilesOf(duration, [0.5, 0.95, 0.99]) as [number, number, number]
  return { p50_us: Math.round(p50), p95_us: Math.round(p95), p99_us: Math.round(p99) }
}

export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(1, part / whole)
}

/** @param seconds length of the window the counts stand for */
export function goldenSignals(counted: Counted, seconds: number): GoldenSignals {
  const { calls, errors, client_errors, duration } = counted
  return {
    calls,
    errors,
    client_errors,
    rate: seconds > 0 ? calls / seconds : 0,
    error_rate: share(errors, calls),
    ...quantiles(duration),
  }
}
