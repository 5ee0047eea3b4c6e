import type { Feature } from '../../model/feature.ts'
import { isFailed } from '../../model/outcome.ts'
import type { Verdict } from '../../policy/feature/feature.ts'
import { type Engine, type Judge, understands } from '../../policy/judging/engine.ts'
import { Judging, type JudgingHost, NEXT, type Step } from '../../policy/judging/judging.ts'
import { States } from '../../policy/judging/states.ts'
import { Followed } from './followed.ts'
import { InFlight } from './in-flight.ts'
import type { Kind, KindCall } from './kind.ts'
import type { Rows } from './rows.ts'
import type { Tallies, Tally } from './tally.ts'

/**
 * Plays recorded calls through the engine in the order in which they began and ended, as a tap would
 * have seen them. Each feature is judged as if it were alone, on the calls as they were.
 */

interface ReplayStep extends Step {
  /** Undefined until there is something to tell of a feature that no document names. */
  tally: Tally | undefined
  /** Only of features that send calls again. */
  retry: { followed: Followed; backoff_us: number; attempts: number } | undefined
}

/** A kind of calls with those who judge it. */
interface Played {
  call: KindCall
  group: string
  judging: Judging<ReplayStep>
}

export class Replay implements JudgingHost<ReplayStep> {
  readonly #engine: Engine
  readonly #tallies: Tallies
  readonly #kinds: Played[] = []
  readonly #places = new Map<number, number>()
  readonly #states = new States()
  readonly #followed = new Map<string, Followed>()
  readonly #failed = new Map<string, number>()
  readonly #inFlight = new InFlight()
  /** The call that is judged now. */
  #played: Played | undefined
  #start_us = 0
  #end_us = 0
  /** Calls that found no room among those under way. */
  crowded = 0

  constructor(engine: Engine, tallies: Tallies, kinds: readonly Kind[], features: readonly Feature[]) {
    this.#engine = engine
    this.#tallies = tallies
    for (const { call, hash } of kinds) {
      this.#places.set(hash, this.#kinds.length)
      const judging = new Judging(this.#stepsOf(call, features))
      this.#kinds.push({ call, group: Followed.groupOf(call), judging })
    }
  }

  #stepsOf(call: KindCall, features: readonly Feature[]): ReplayStep[] {
    return this.#engine
      .judgesFor(call.destination, call.source)
      .filter((judge) => features.includes(judge.feature) && understands(judge, call))
      .map((judge) => ({
        judge,
        state: this.#states.of(judge, call)?.state,
        tally: judge.byDefault ? undefined : this.#tallyOf(judge, call),
        retry: this.#retryOf(judge, call),
      }))
  }

  #tallyOf({ feature, mode }: Judge, { destination }: KindCall): Tally {
    return this.#tallies.of(destination, feature, mode)
  }

  #retryOf({ module, compiled }: Judge, { destination }: KindCall): ReplayStep['retry'] {
    const again = module.figures?.again?.(compiled)
    if (again === undefined) return undefined
    const followed = this.#followed.get(destination) ?? new Followed()
    this.#followed.set(destination, followed)
    return { followed, ...again }
  }

  /** Plays the calls at the places `from` to `to` of the order; all begin after those played before. */
  play({ order, ts, duration_us, hash }: Rows, base_us: number, from: number, to: number): void {
    for (const at of order.subarray(from, to)) {
      const place = this.#places.get(hash[at]!)
      if (place === undefined) continue
      const start_us = base_us + ts[at]!
      while (this.#inFlight.nextEnd <= start_us) this.#inFlight.pop(this.#end)
      this.#start(place, start_us, duration_us[at]!)
    }
  }

  /** Ends what is still under way. */
  finish(): void {
    while (this.#inFlight.size > 0) this.#inFlight.pop(this.#end)
  }

  #start(place: number, start_us: number, duration_us: number): void {
    const played = this.#kinds[place]!
    const { call } = played
    call.ts = start_us
    call.duration_us = duration_us
    this.#played = played
    this.#start_us = start_us
    const progress = played.judging.start(call, start_us, this)
    if (this.#inFlight.push(start_us + duration_us, start_us, place, progress)) return
    this.crowded += 1
    this.#end(start_us + duration_us, start_us, place, progress)
  }

  readonly #end = (end_us: number, start_us: number, place: number, progress: number): void => {
    const played = this.#kinds[place]!
    const { call } = played
    call.ts = start_us
    call.duration_us = end_us - start_us
    this.#played = played
    this.#start_us = start_us
    this.#end_us = end_us
    played.judging.end(call, end_us, progress, this)
  }

  heard(step: ReplayStep, _place: number, verdict: Verdict): number {
    const { call, group } = this.#played!
    const start_us = this.#start_us
    if (verdict.decision === 'pass') step.tally?.pass(start_us, 1)
    else {
      step.tally ??= this.#tallyOf(step.judge, call)
      step.tally.add(call, verdict, start_us, seenAt(start_us))
    }
    if (step.retry !== undefined) this.#follow(step.retry, call, group, verdict)
    return NEXT.asSaid
  }

  #follow(retry: NonNullable<ReplayStep['retry']>, call: KindCall, group: string, verdict: Verdict): void {
    retry.followed.see(group, this.#start_us, call)
    if (isFailed(call.outcome)) {
      this.#failed.set(call.destination, (this.#failed.get(call.destination) ?? 0) + 1)
    }
    if (verdict.decision === 'retry') {
      retry.followed.wait(group, this.#end_us + retry.backoff_us, retry.attempts)
    }
  }

  /** A back-test with a verdict missing would be wrong, so it fails. */
  fault(error: unknown): void {
    throw error
  }

  /** What followed the retries of a service; undefined where none were judged. */
  followedOf(service: string): { followed: Followed; failed: number } | undefined {
    const followed = this.#followed.get(service)
    return followed && { followed, failed: this.#failed.get(service) ?? 0 }
  }

  /** States that a feature has of calls to one service. */
  statesOf(feature: Feature, service: string): Iterable<unknown> {
    return this.#states.ofService(feature, service)
  }
}

/** One call that is found again by the moment it began (samples.ts). */
function seenAt(start_us: number) {
  return { calls: 1, first_us: start_us, last_us: start_us, sample: `@${start_us}` }
}
