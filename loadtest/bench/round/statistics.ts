/** What is done with the values of the rounds. */

export interface Spread {
  median: number
  min: number
  max: number
}

/** Middle value; the mean of the two middle ones where their number is even; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = sorted.length >> 1
  if (sorted.length === 0) return Number.NaN
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) }
}

/**
 * One value for each round: this subject's reading over the other's reading of the same round. A
 * noisy machine drifts over minutes, so a ratio of two medians would compare different weather.
 */
export function ratios(values: readonly number[], others: readonly number[]): number[] {
  const rounds = Math.min(values.length, others.length)
  return values.slice(0, rounds).map((value, round) => value / others[round]!)
}

/** Nearest-rank percentile (0..1) of values in ascending order; NaN of nothing. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN
  const rank = Math.ceil(share * sorted.length)
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1]!
}
