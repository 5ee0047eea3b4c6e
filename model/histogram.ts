/**
 * Latency as a log2 histogram: bucket = floor(log2(us) * 16). Sums merge it exactly, and the
 * measured error of p99 stays below 3.1 % (docs/decisions/0003-store.md).
 */
export const BUCKETS_PER_OCTAVE = 16
/** Resolution of the time to first byte, of which only the median is shown; docs/decisions/0006-graph-api.md has its error. */
export const TTFB_BUCKETS_PER_OCTAVE = 4

/** Bucket of a duration; below one microsecond counts as one. */
export function bucketOf(duration_us: number): number {
  return Math.floor(Math.log2(Math.max(duration_us, 1)) * BUCKETS_PER_OCTAVE)
}

/**
 * Quantile of a histogram, interpolated inside its bucket.
 * @param buckets bucket -> count @param q 0..1 @param perOctave resolution the buckets were made with
 * @returns microseconds, 0 for an empty histogram
 */
export function quantile(
  buckets: ReadonlyMap<number, number>,
  q: number,
  perOctave: number = BUCKETS_PER_OCTAVE,
): number {
  return quantiles(buckets, [q], perOctave)[0]!
}

/** Several quantiles in one walk. @param qs rising */
export function quantiles(
  buckets: ReadonlyMap<number, number>,
  qs: readonly number[],
  perOctave: number = BUCKETS_PER_OCTAVE,
): number[] {
  // A typed array sorts by number and without a callback.
  const ordered = Float64Array.from(buckets.keys()).sort()
  let total = 0
  for (const count of buckets.values()) total += count
  const found: number[] = []
  let before = 0
  for (const bucket of ordered) {
    const count = buckets.get(bucket)!
    while (found.length < qs.length && count > 0 && before + count >= qs[found.length]! * total) {
      found.push(2 ** ((bucket + (qs[found.length]! * total - before) / count) / perOctave))
    }
    before += count
  }
  while (found.length < qs.length) found.push(0)
  return found
}

/**
 * How many values lie above a threshold; its own bucket is divided on the log scale, as quantiles are.
 * @returns a number that need not be whole
 */
export function countAbove(buckets: ReadonlyMap<number, number>, threshold_us: number): number {
  const place = Math.log2(Math.max(threshold_us, 1)) * BUCKETS_PER_OCTAVE
  let above = 0
  for (const [bucket, count] of buckets) above += count * Math.min(1, Math.max(0, bucket + 1 - place))
  return above
}

/** Adds `more` into `into` and returns it. */
export function mergeHistogram(
  into: Map<number, number>,
  more: ReadonlyMap<number, number>,
): Map<number, number> {
  for (const [bucket, count] of more) into.set(bucket, (into.get(bucket) ?? 0) + count)
  return into
}
