import { OTHER } from '../../model/call.ts'
import { type Decision, isRefused } from '../../model/decision.ts'
import type { Feature } from '../../model/feature.ts'
import { isFailed } from '../../model/outcome.ts'
import type { Verdict } from '../../policy/feature/feature.ts'
import type { BacktestFeature, BacktestRow } from '../contract.ts'
import { rfc3339, type Span } from '../query/window.ts'
import type { KindCall } from './kind.ts'

/** Counts what one feature would have done to the calls of one service, by caller, route and time. */

/** Rows kept; callers and routes past it share one. */
export const ROWS_MAX = 5000
/** Rows of an answer. */
export const ROWS_SHOWN = 200
const SAMPLES = 3
export const STEPS = 60

/** Length of a step so that a window has at most STEPS of them, whole seconds. */
export function stepOf({ from_us, to_us }: Span): number {
  return Math.max(1, Math.ceil((to_us - from_us) / STEPS / 1_000_000)) * 1_000_000
}

interface CountedRow extends Omit<BacktestRow, 'first_seen' | 'last_seen'> {
  first_us: number
  last_us: number
}

/** Where a call that was counted can be found: its id, or the moment it began. */
export interface Seen {
  calls: number
  first_us: number
  last_us: number
  sample: string
}

export class Tally {
  readonly service: string
  readonly feature: Feature
  readonly #mode: string
  readonly #span: Span
  /** Length of the stretches that are counted. */
  readonly #fine_us: number
  readonly #rows = new Map<string, CountedRow>()
  readonly #decisions = new Map<Decision, number>()
  readonly #calls: Uint32Array
  readonly #affected: Uint32Array
  #good_refused = 0
  #good_cut = 0

  /** @param fine_us length of the stretches that the worst one is found among */
  constructor(at: { service: string; feature: Feature; mode: string }, span: Span, fine_us: number) {
    this.service = at.service
    this.feature = at.feature
    this.#mode = at.mode
    this.#span = span
    this.#fine_us = fine_us
    const stretches = Math.ceil((span.to_us - span.from_us) / fine_us) + 1
    this.#calls = new Uint32Array(stretches)
    this.#affected = new Uint32Array(stretches)
  }

  /** Calls of that decision so far. */
  count(decision: Decision): number {
    return this.#decisions.get(decision) ?? 0
  }

  get rows(): Iterable<CountedRow> {
    return this.#rows.values()
  }

  #stretchAt(ts_us: number): number {
    const stretch = Math.floor((ts_us - this.#span.from_us) / this.#fine_us)
    return Math.min(this.#calls.length - 1, Math.max(0, stretch))
  }

  /** Calls that nothing would have happened to. @param ts_us a moment inside the stretch of all of them */
  pass(ts_us: number, calls: number): void {
    this.#calls[this.#stretchAt(ts_us)]! += calls
    this.#decisions.set('pass', (this.#decisions.get('pass') ?? 0) + calls)
  }

  /** @param ts_us a moment inside the stretch of all of them */
  add(call: KindCall, given: Verdict, ts_us: number, seen: Seen): void {
    const { decision } = given
    if (decision === 'pass') {
      this.pass(ts_us, seen.calls)
      return
    }
    const stretch = this.#stretchAt(ts_us)
    this.#calls[stretch]! += seen.calls
    this.#affected[stretch]! += seen.calls
    this.#decisions.set(decision, (this.#decisions.get(decision) ?? 0) + seen.calls)
    const good = !isFailed(call.outcome) && call.outcome !== 'denied' ? seen.calls : 0
    if (isRefused(decision)) this.#good_refused += good
    if (decision === 'cut') this.#good_cut += good
    this.#note(call, given, good, seen)
  }

  #note(call: KindCall, given: Verdict, good: number, seen: Seen): void {
    const { decision, rule } = given
    let { source, method, route } = call
    let key = [source, method, route, decision, rule].join('\x1f')
    if (!this.#rows.has(key) && this.#rows.size >= ROWS_MAX) {
      source = method = route = OTHER
      key = [OTHER, OTHER, OTHER, decision, rule].join('\x1f')
    }
    const row = this.#rows.get(key) ?? {
      ...{ source, method, route, decision, rule, reason: given.reason, calls: 0, good: 0, samples: [] },
      ...{ first_us: seen.first_us, last_us: seen.last_us },
    }
    this.#rows.set(key, row)
    row.calls += seen.calls
    row.good += good
    row.first_us = Math.min(row.first_us, seen.first_us)
    row.last_us = Math.max(row.last_us, seen.last_us)
    if (row.samples.length < SAMPLES && !row.samples.includes(seen.sample)) row.samples.push(seen.sample)
  }

  /** The part of an answer; rows with the most calls first. */
  answer(): BacktestFeature {
    const rows = [...this.#rows.values()].sort(
      (a, b) => b.calls - a.calls || a.source.localeCompare(b.source) || a.route.localeCompare(b.route),
    )
    const sum = (of: Iterable<number>) => [...of].reduce((total, each) => total + each, 0)
    const shown = rows.slice(0, ROWS_SHOWN)
    const refused = (['deny', 'shed'] as const).map((decision) => this.count(decision))
    return {
      service: this.service,
      feature: this.feature,
      mode: this.#mode,
      calls: sum(this.#decisions.values()),
      affected: sum(this.#affected),
      refused: sum(refused),
      good_refused: this.#good_refused,
      good_cut: this.#good_cut,
      decisions: Object.fromEntries(this.#decisions),
      rows: shown.map(({ first_us, last_us, ...row }) => ({
        ...row,
        first_seen: rfc3339(first_us),
        last_seen: rfc3339(last_us),
      })),
      calls_left_out: sum(rows.slice(ROWS_SHOWN).map(({ calls }) => calls)),
      ...this.#overTime(),
      retries: null,
      endpoints: null,
    }
  }

  #overTime(): Pick<BacktestFeature, 'worst' | 'step_s' | 'steps'> {
    const step_us = stepOf(this.#span)
    const steps: { ts: string; calls: number; affected: number }[] = []
    let worst = -1
    for (let at = 0; at < this.#calls.length; at++) {
      const [calls, affected] = [this.#calls[at]!, this.#affected[at]!]
      if (affected > 0 && (worst < 0 || affected > this.#affected[worst]!)) worst = at
      if (calls === 0) continue
      const from_us = this.#span.from_us + Math.floor((at * this.#fine_us) / step_us) * step_us
      const ts = rfc3339(from_us)
      const last = steps.at(-1)
      if (last?.ts === ts) {
        last.calls += calls
        last.affected += affected
      } else steps.push({ ts, calls, affected })
    }
    const stretch = (at: number) => ({
      ts: rfc3339(this.#span.from_us + at * this.#fine_us),
      seconds: this.#fine_us / 1_000_000,
      calls: this.#calls[at]!,
      affected: this.#affected[at]!,
    })
    return { worst: worst < 0 ? null : stretch(worst), step_s: step_us / 1_000_000, steps }
  }
}

/** One tally for each service and feature, in the order in which they were asked for. */
export class Tallies {
  readonly #span: Span
  readonly #fineFor: (feature: Feature) => number
  readonly #all = new Map<string, Tally>()

  /** @param fineFor length of the stretches that a feature's worst is found among, microseconds */
  constructor(span: Span, fineFor: (feature: Feature) => number) {
    this.#span = span
    this.#fineFor = fineFor
  }

  of(service: string, feature: Feature, mode: string): Tally {
    const key = `${service}\x1f${feature}`
    const known = this.#all.get(key)
    if (known) return known
    const fresh = new Tally({ service, feature, mode }, this.#span, this.#fineFor(feature))
    this.#all.set(key, fresh)
    return fresh
  }

  get all(): readonly Tally[] {
    return [...this.#all.values()]
  }
}
