/** Bounds of the service graph's histograms: those of the OpenTelemetry connector. */
export const GRAPH_BOUNDS_US = [
  2_000, 4_000, 6_000, 8_000, 10_000, 50_000, 100_000, 200_000, 400_000, 800_000, 1_000_000, 1_400_000,
  2_000_000, 5_000_000, 10_000_000, 15_000_000,
] as const

/** Calls, failures and a histogram of durations. */
export class Tally {
  calls = 0
  failed = 0
  sum_us = 0
  /** Calls by bucket, not added up; the last is above every bound. */
  readonly buckets = new Float64Array(GRAPH_BOUNDS_US.length + 1)

  count(duration_us: number, failed: boolean): void {
    this.calls++
    if (failed) this.failed++
    this.sum_us += duration_us
    let bucket = 0
    while (bucket < GRAPH_BOUNDS_US.length && duration_us > GRAPH_BOUNDS_US[bucket]!) bucket++
    this.buckets[bucket]!++
  }

  /** @param sign 1 adds, -1 takes away */
  add(more: Tally, sign: 1 | -1 = 1): void {
    this.calls += sign * more.calls
    this.failed += sign * more.failed
    this.sum_us += sign * more.sum_us
    for (let bucket = 0; bucket < this.buckets.length; bucket++) {
      this.buckets[bucket]! += sign * more.buckets[bucket]!
    }
  }
}

/**
 * A total that follows the best reporter there is and never falls: what came since the last look is
 * counted by the reporter that stood then, and from now on by the one that stands now.
 */
export class Standing {
  readonly total = new Tally()
  readonly #order: readonly string[]
  #reporter: string | undefined
  #seen = new Tally()

  /** @param order of reporters, the best first */
  constructor(order: readonly string[]) {
    this.#order = order
  }

  /** @param silent true: what came since the last look is counted elsewhere */
  read(byReporter: ReadonlyMap<string, Tally>, silent: boolean): void {
    const best = this.#order.find((reporter) => byReporter.has(reporter))
    if (best === undefined) return
    const before = byReporter.get(this.#reporter ?? best)!
    if (!silent) {
      this.total.add(before)
      this.total.add(this.#seen, -1)
    }
    this.#reporter = best
    this.#seen = new Tally()
    this.#seen.add(byReporter.get(best)!)
  }
}
