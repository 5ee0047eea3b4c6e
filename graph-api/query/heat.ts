import { BUCKETS_PER_OCTAVE } from '../../model/histogram.ts'
import type { Heat } from '../contract.ts'

/** Rows of a heat map an octave of durations is cut into: half of the histogram's finesse would not be seen. */
const HEAT_ROWS_PER_OCTAVE = 2
const BUCKETS_PER_ROW = BUCKETS_PER_OCTAVE / HEAT_ROWS_PER_OCTAVE

/**
 * A heat map from one histogram a point of time; rows run from the shortest to the longest duration
 * that occurred, without holes. Counts are exact: a row is a whole number of buckets.
 */
export function heatOf(histograms: readonly ReadonlyMap<number, number>[]): Heat {
  let lowest = Number.POSITIVE_INFINITY
  let highest = Number.NEGATIVE_INFINITY
  for (const histogram of histograms) {
    for (const bucket of histogram.keys()) {
      const row = Math.floor(bucket / BUCKETS_PER_ROW)
      if (row < lowest) lowest = row
      if (row > highest) highest = row
    }
  }
  if (highest < lowest) return { bounds_us: [], counts: histograms.map(() => []) }
  const rows = highest - lowest + 1
  return {
    bounds_us: Array.from({ length: rows }, (_, row) =>
      Math.round(2 ** ((lowest + row) / HEAT_ROWS_PER_OCTAVE)),
    ),
    counts: histograms.map((histogram) => {
      const counts = new Array<number>(rows).fill(0)
      for (const [bucket, count] of histogram) counts[Math.floor(bucket / BUCKETS_PER_ROW) - lowest]! += count
      return counts
    }),
  }
}
