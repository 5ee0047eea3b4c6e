import type { Feature } from '../../model/flag.ts'
import { isFailed } from '../../model/outcome.ts'
import { settingsFor } from '../../model/policy.ts'
import type { Decision } from '../../model/verdict.ts'
import type { Engine, Judge } from '../../policy/feature/engine.ts'
import { isRefused } from '../../policy/feature/feature.ts'
import { Followed } from './followed.ts'
import { InFlight } from './in-flight.ts'
import type { Kind, KindCall } from './kind.ts'
import type { Rows } from './rows.ts'
import type { Tallies, Tally } from './tally.ts'

/**
 * Plays recorded calls through the engine in the order in which they began and ended, as a tap would
 * have seen them. Each feature is judged as if it were alone, on the calls as they were.
 */

interface Seat {
  judge: Judge
  state: unknown
  tally: Tally
  /** Only for retries. */
  retry: { followed: Followed; backoff_us: number; attempts: number } | undefined
}

interface Cast {
  call: KindCall
  group: string
  starts: readonly Seat[]
  ends: readonly Seat[]
}

const isLetIn = (decision: Decision) => !isRefused(decision) && decision !== 'divert'

export class Replay {
  readonly #engine: Engine
  readonly #tallies: Tallies
  readonly #cast: Cast[] = []
  readonly #places = new Map<number, number>()
  readonly #states = new Map<string, unknown>()
  readonly #followed = new Map<string, Followed>()
  readonly #failed = new Map<string, number>()
  readonly #inFlight = new InFlight()
  /** Calls that found no room among those under way. */
  crowded = 0

  constructor(engine: Engine, tallies: Tallies, kinds: readonly Kind[], features: readonly Feature[]) {
    this.#engine = engine
    this.#tallies = tallies
    for (const { call, hash } of kinds) {
      const seats = this.#seatsOf(call, features)
      this.#places.set(hash, this.#cast.length)
      this.#cast.push({
        call,
        group: Followed.groupOf(call),
        starts: seats.filter(({ judge }) => judge.moment === 'start'),
        ends: seats.filter(({ judge }) => judge.moment === 'end'),
      })
    }
  }

  #seatsOf(call: KindCall, features: readonly Feature[]): Seat[] {
    return this.#engine
      .judgesFor(call.destination, call.source)
      .filter(({ feature }) => features.includes(feature))
      .map((judge) => {
        const key = `${judge.feature}\x1f${judge.scopeOf(call)}`
        if (!this.#states.has(key)) this.#states.set(key, judge.createState())
        return {
          judge,
          state: this.#states.get(key),
          tally: this.#tallies.of(call.destination, judge.feature, judge.mode),
          retry: judge.feature === 'retries' ? this.#retryOf(call) : undefined,
        }
      })
  }

  #retryOf({ destination, source }: KindCall): Seat['retry'] {
    const service = this.#engine.policy.services.get(destination)
    const settings = service && settingsFor(service, source, 'retries')
    if (settings === undefined) return undefined
    const followed = this.#followed.get(destination) ?? new Followed()
    this.#followed.set(destination, followed)
    return { followed, backoff_us: settings.backoff, attempts: settings.attempts }
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
    const { call, starts } = this.#cast[place]!
    call.ts = start_us
    call.duration_us = duration_us
    let admitted = 0
    for (let at = 0; at < starts.length; at++) {
      const { judge, state, tally } = starts[at]!
      const verdict = judge.decide(state, call, start_us)
      if (isLetIn(verdict.decision)) admitted |= 1 << at
      if (verdict.decision === 'pass') tally.pass(start_us, 1)
      else tally.add(call, verdict, start_us, seenAt(start_us))
    }
    if (this.#inFlight.push(start_us + duration_us, start_us, place, admitted)) return
    this.crowded += 1
    this.#end(start_us + duration_us, start_us, place, admitted)
  }

  readonly #end = (end_us: number, start_us: number, place: number, admitted: number): void => {
    const { call, group, starts, ends } = this.#cast[place]!
    call.ts = start_us
    call.duration_us = end_us - start_us
    for (let at = 0; at < starts.length; at++) {
      if ((admitted & (1 << at)) !== 0) starts[at]!.judge.ended(starts[at]!.state, call, end_us)
    }
    for (const { judge, state, tally, retry } of ends) {
      const verdict = judge.decide(state, call, end_us)
      if (verdict.decision === 'pass') tally.pass(start_us, 1)
      else tally.add(call, verdict, start_us, seenAt(start_us))
      if (retry === undefined) continue
      retry.followed.see(group, start_us, call)
      if (isFailed(call.outcome)) {
        this.#failed.set(call.destination, (this.#failed.get(call.destination) ?? 0) + 1)
      }
      if (verdict.decision === 'retry') retry.followed.wait(group, end_us + retry.backoff_us, retry.attempts)
    }
  }

  /** What followed the retries of a service; undefined where none were judged. */
  followedOf(service: string): { followed: Followed; failed: number } | undefined {
    const followed = this.#followed.get(service)
    return followed && { followed, failed: this.#failed.get(service) ?? 0 }
  }

  /** States of a feature by their scope. */
  *statesOf(feature: Feature): Iterable<[scope: string, state: unknown]> {
    for (const [key, state] of this.#states) {
      if (key.startsWith(`${feature}\x1f`)) yield [key.slice(feature.length + 1), state]
    }
  }
}

/** One call that is found again by the moment it began (samples.ts). */
function seenAt(start_us: number) {
  return { calls: 1, first_us: start_us, last_us: start_us, sample: `@${start_us}` }
}
