import type { Policy } from '../../model/policy.ts'
import { concerning } from './concerning.ts'
import { withoutLapsed } from './lapse.ts'
import { type ReadState, readState } from './read-state.ts'

/** What stands beside a policy that is put in force. */
export interface StateAbout {
  /** `<epoch>.<number>`, or empty where control was taken away. */
  revision: string
  /** Plain relay: nothing is judged, whatever the policy says. */
  bypass: boolean
}

/**
 * Puts a policy in force between two calls. The same object comes again where the bypass alone changed.
 * @throws where a feature cannot be made ready; then what was in force stays
 */
export type StateTaker = (policy: Policy, about: StateAbout) => void

export interface StateEvents {
  featuresLapsed(paths: readonly string[]): void
  /** The clock is behind what it was once known to be. */
  clockBehind(by_ms: number): void
  stateRefused(revision: string, reason: unknown): void
}

interface InForce extends ReadState {
  /** Without what has lapsed. */
  ready: Policy
  lapsed: readonly string[]
  /** Milliseconds since 1970, by this tap's clock. */
  confirmed_ms: number
  /** Monotonic milliseconds. */
  taken_ms: number
  /** The latest time that was seen, milliseconds since 1970: what has lapsed stays so. */
  latest_ms: number
  /** What the taker was told. */
  bypassed: boolean | undefined
}

const NOTHING: Policy = { trustDomain: '', services: new Map() }
/** A clock that is set may jump; looking again in between keeps an end from being missed by more. */
const LOOK_MS = 30_000
/** Clocks of two machines may differ; a day is no difference but a fault. */
const BEHIND_MS = 86_400_000

/** The state that a tap goes by: taken whole, without experiments that ended, and bypassed at once. */
export class StateInForce {
  readonly #take: StateTaker
  readonly #service: () => string
  readonly #isBypassed: () => boolean
  readonly #events: StateEvents
  readonly #now: () => number
  #state: InForce | undefined
  #timer: NodeJS.Timeout | undefined
  #behind = false

  /** @param service the tap's own @param now milliseconds since 1970 */
  constructor(
    take: StateTaker,
    service: () => string,
    isBypassed: () => boolean,
    events: StateEvents,
    now: () => number = () => Date.now(),
  ) {
    this.#take = take
    this.#service = service
    this.#isBypassed = isBypassed
    this.#events = events
    this.#now = now
  }

  /** Empty where nothing is in force. */
  get revision(): string {
    return this.#state?.revision ?? ''
  }

  get ignored(): readonly string[] {
    return this.#state?.ignored ?? []
  }

  /** True where control itself bypasses this tap. */
  get bypassedByControl(): boolean {
    return this.#state?.bypass ?? false
  }

  /** Since control last said that this is the state; a tap that started from its disk counts from before its start. */
  get age_s(): number {
    return this.#state === undefined ? 0 : Math.max(0, this.#now() - this.#state.confirmed_ms) / 1000
  }

  /**
   * @param received_ms milliseconds since 1970 at which it came from control, for one from the disk
   * @throws TapmeshError or what a feature says that cannot be made ready; then nothing has changed
   */
  take(text: string, received_ms = this.#now()): ReadState {
    const read = readState(text)
    this.#apply({
      ...read,
      policy: concerning(read.policy, this.#service()),
      ready: NOTHING,
      lapsed: [],
      confirmed_ms: received_ms,
      taken_ms: performance.now(),
      latest_ms: 0,
      bypassed: undefined,
    })
    return read
  }

  /** Control says that this is still the state. */
  confirm(): void {
    if (this.#state) this.#state.confirmed_ms = this.#now()
  }

  /** Looks at the clock and at the kill switch again. */
  refresh(): void {
    const state = this.#state
    if (state === undefined) return
    try {
      this.#apply(state)
    } catch (error) {
      this.#events.stateRefused(state.revision, error)
    }
  }

  /** Nothing is in force any more: whoever set this tap up took control away. */
  clear(): void {
    this.stop()
    if (this.#state === undefined) return
    this.#state = undefined
    this.#take(NOTHING, { revision: '', bypass: this.#isBypassed() })
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #apply(state: InForce): void {
    const latest_ms = this.#timeFor(state)
    const { policy, lapsed, next_ms } = withoutLapsed(state.policy, latest_ms)
    const same = state === this.#state && lapsed.length === state.lapsed.length
    const ready = same ? state.ready : policy
    const bypassed = state.bypass || this.#isBypassed()
    if (!same || bypassed !== state.bypassed) {
      this.#take(ready, { revision: state.revision, bypass: bypassed })
    }
    const fresh = lapsed.filter((path) => !state.lapsed.includes(path))
    if (fresh.length > 0) this.#events.featuresLapsed(fresh)
    this.#state = { ...state, ready, lapsed, latest_ms, bypassed }
    clearTimeout(this.#timer)
    if (next_ms === Number.POSITIVE_INFINITY) return
    this.#timer = setTimeout(() => this.refresh(), Math.min(next_ms - latest_ms, LOOK_MS)).unref()
  }

  /** The time now is neither before the state was issued nor before one seen: a clock that jumped back lengthens no experiment. */
  #timeFor({ issued_ms, taken_ms, latest_ms }: InForce): number {
    const now_ms = this.#now()
    const atLeast_ms = Math.max(issued_ms + performance.now() - taken_ms, latest_ms)
    const behind = atLeast_ms - now_ms > BEHIND_MS
    if (behind && !this.#behind) this.#events.clockBehind(atLeast_ms - now_ms)
    this.#behind = behind
    return Math.max(now_ms, atLeast_ms)
  }
}
