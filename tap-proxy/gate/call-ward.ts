import type { Outcome } from '../../model/call.ts'
import { httpOutcome, isFailed } from '../../model/outcome.ts'
import type { RelayClock } from '../../net/clock.ts'
import type { Target } from '../../net/resolve.ts'
import { isTreated } from '../../policy/feature/cohort.ts'
import { isRefused, type Verdict, verdict } from '../../policy/feature/feature.ts'
import type { GatedCall, Ward } from '../relay/ward.ts'
import { CallTimers } from './call-timers.ts'
import { aimAt, allowedBy, balanced, CHOOSING, nextOf } from './choose.ts'
import type { JudgedDraft } from './judged-draft.ts'
import type { PoolQueues } from './pool-queues.ts'
import { deniedBy, REFUSALS } from './refusal.ts'
import { ReplayBody } from './replay-body.ts'
import { Said } from './said.ts'
import type { Seat, Seats } from './seats.ts'
import type { VerdictBook } from './verdict-book.ts'

/** What the wards of one tap have in common. */
export interface WardContext {
  readonly book: VerdictBook
  readonly queues: PoolQueues
  readonly clock: RelayClock
  onFault(error: unknown): void
}

/** Time that is left, for services that look at it and for taps behind this one. */
const DEADLINE = 'x-tapmesh-deadline-ms:'
const ATTEMPT = 'x-tapmesh-attempt:'
/** A call waits so long for a connection where no timeout ends it before. */
const QUEUE_MS_MAX = 5000
const EVENT_STREAM = 'text/event-stream'
const CUTS = {
  request: verdict('cut', 'request', 'the call with all its attempts took too long'),
  backendRequest: verdict('cut', 'backendRequest', 'no answer began in time'),
}
const DENIED_FIELD = 'x-tapmesh-denied:'
const DENIED = verdict('no_retry', 'denied', 'a policy of another tap refused it')
const UNREPEATABLE = verdict('no_retry', 'unfinished', 'the request was not all there, or no time was left')
const NESTED = verdict('no_retry', 'attempt', 'it is a retry of another tap already')

/**
 * One call under a policy. Every feature is asked once, at its moment and whatever its mode; what it
 * says is only acted on where it is enforced and the call belongs to the treated cohort. A fault of a
 * feature's code costs what it would have said, never the call.
 */
export class CallWard implements Ward {
  readonly #context: WardContext
  readonly #seats: Seats
  readonly #call: GatedCall
  readonly #serial: number
  readonly #judged: JudgedDraft
  readonly #said: Said
  readonly #body: ReplayBody | undefined
  readonly #timers = new CallTimers()
  readonly #targets: readonly Target[]
  readonly #zone: string
  /** Bits by place of a seat, starts before ends. */
  #treated = 0
  #admitted = 0
  #refused = false
  /** What cut the call off, where something did. */
  #cut: Verdict | undefined = undefined
  #stream = false
  /** The answer is that of a tap which refused the call. */
  #denied = false
  #retryAsked = false
  #extraFlag = ''
  #pool: unknown = undefined
  #queued = false
  #deadline_us = Number.POSITIVE_INFINITY

  constructor(
    context: WardContext,
    seats: Seats,
    call: GatedCall,
    judged: JudgedDraft,
    targets: readonly Target[],
    zone: string,
  ) {
    this.#context = context
    this.#seats = seats
    this.#call = call
    this.#serial = call.serial
    this.#judged = judged
    this.#targets = targets
    this.#zone = zone
    this.#said = new Said(context.book)
    this.#body = seats.retries && new ReplayBody(seats.retries.bufferBytes)
    let bit = 1
    for (const list of [seats.starts, seats.ends]) {
      for (const { split, seed, judge } of list) {
        if (!split || isTreated(seed, call.draft.ids, judge.percent)) this.#treated |= bit
        bit <<= 1
      }
    }
  }

  get idle_ms(): number {
    return this.#limits() === undefined ? 0 : (this.#seats.timeouts?.idle ?? 0) / 1000
  }

  get kept(): readonly Buffer[] {
    return this.#body?.pieces ?? []
  }

  keep(bytes: Uint8Array, start: number, end: number): void {
    this.#body?.keep(bytes, start, end)
  }

  #isTreated(place: number): boolean {
    return (this.#treated & (1 << place)) !== 0
  }

  #placeOfEnd(feature: string): number {
    const { starts, ends } = this.#seats
    const at = ends.findIndex(({ judge }) => judge.feature === feature)
    return at < 0 ? -1 : starts.length + at
  }

  /** Timeouts that are acted on for this call. */
  #limits() {
    const { timeouts } = this.#seats
    return timeouts && this.#isTreated(this.#placeOfEnd('timeouts')) ? timeouts : undefined
  }

  /** Asks who has a say in the start, and sends the call, holds it or refuses it. */
  begin(meant: Target): void {
    const limits = this.#limits()
    if (limits?.request !== undefined) this.#startClock(limits.request)
    this.#attempt(meant, this.#targets, false)
  }

  /** The least of what is set here and of what the tap before this one has left. */
  #startClock(request_us: number): void {
    const given_ms = Number(this.#call.fields(DEADLINE)[0])
    const own_ms = request_us / 1000
    const ms = given_ms > 0 ? Math.min(given_ms, own_ms) : own_ms
    this.#deadline_us = this.#context.clock.mono_us() + ms * 1000
    this.#timers.request(ms, () => this.#late('request'))
  }

  /** @param again true where the client's reading rests since the attempt before */
  #attempt(meant: Target, targets: readonly Target[], again: boolean): void {
    let target: Target | undefined = meant
    try {
      target = this.#judgeStart(meant, targets)
    } catch (error) {
      this.#context.onFault(error)
      if (!this.#isCurrent()) return
    }
    if (target === undefined) return
    if (this.#queued) this.#queue(target)
    else this.#send(target, again)
  }

  /** @returns where it goes, or undefined where it was refused */
  #judgeStart(meant: Target, all: readonly Target[]): Target | undefined {
    const { starts } = this.#seats
    const now_us = this.#context.clock.wall_us(this.#context.clock.mono_us())
    this.#judged.ts = now_us
    let target = meant
    let targets = all
    aimAt(this.#judged, target, this.#zone)
    for (let place = 0; place < starts.length; place++) {
      const seat = starts[place]!
      const treated = this.#isTreated(place)
      if (seat.enforced && treated && CHOOSING.has(seat.judge.feature)) {
        if (targets.length > 1) targets = allowedBy(seat, this.#judged, targets, this.#zone, now_us)
        target = this.#choose(seat, place, target, targets, now_us)
      } else if (!this.#ask(seat, place, treated, now_us)) return undefined
    }
    return target
  }

  /** Asks one seat that leaves the call where it is. @returns false where the call was refused */
  #ask(seat: Seat, place: number, treated: boolean, now_us: number): boolean {
    const { judge, state } = seat
    const found = judge.decide(state, this.#judged, now_us)
    const { decision } = found
    const refuses = isRefused(decision)
    const acts = seat.enforced && treated && (refuses || decision === 'queue')
    this.#said.add(seat, found, treated, acts)
    if (refuses && acts) {
      this.#refuse(seat, found)
      return false
    }
    if (!refuses && decision !== 'divert') this.#admitted |= 1 << place
    if (judge.feature === 'connectionPool' && !refuses) {
      // Also a call that would not have waited makes room at its end for one that does.
      this.#pool = state
      this.#queued = decision === 'queue' && seat.enforced && treated
    }
    return true
  }

  /** Asks one seat that may move the call. @returns where it goes */
  #choose(seat: Seat, place: number, meant: Target, targets: readonly Target[], now_us: number): Target {
    const { judge, state } = seat
    let target = judge.feature === 'loadBalancer' ? balanced(seat, meant, targets) : meant
    aimAt(this.#judged, target, this.#zone)
    const found = judge.decide(state, this.#judged, now_us)
    const moves = found.decision === 'divert' && !targets.includes(target)
    this.#said.add(seat, found, true, moves)
    this.#admitted |= 1 << place
    if (moves) {
      target = nextOf(targets)
      aimAt(this.#judged, target, this.#zone)
      // The endpoint it goes to takes note of it.
      judge.decide(state, this.#judged, now_us)
    }
    return target
  }

  #refuse({ judge }: Seat, { rule }: Verdict): void {
    this.#refused = true
    const { status, flag } = REFUSALS[judge.feature]!
    this.#call.fail(status, flag, 'denied', deniedBy(judge.feature, rule, this.#seats.revision))
  }

  #queue(target: Target): void {
    this.#call.hold()
    this.#timers.wait(QUEUE_MS_MAX, () => {
      this.#refused = true
      this.#call.fail(503, 'UO', 'denied', deniedBy('connectionPool', 'maxConnections', this.#seats.revision))
    })
    this.#context.queues.wait(this.#pool, {
      isAlive: () => this.#isCurrent(),
      go: () => {
        this.#timers.waited()
        this.#queued = false
        this.#send(target, true)
      },
    })
  }

  #send(target: Target, held: boolean): void {
    const limits = this.#limits()
    if (limits?.backendRequest !== undefined) {
      this.#timers.backend(limits.backendRequest / 1000, () => this.#late('backendRequest'))
    }
    if (this.#deadline_us !== Number.POSITIVE_INFINITY) {
      const left_us = this.#deadline_us - this.#context.clock.mono_us()
      this.#call.addField(`${DEADLINE} ${Math.max(1, Math.floor(left_us / 1000))}\r\n`)
    }
    if (held) this.#call.release(target)
    else this.#call.dispatch(target)
  }

  #isCurrent(): boolean {
    return this.#call.active && this.#call.serial === this.#serial
  }

  #late(rule: 'request' | 'backendRequest'): void {
    if (!this.#isCurrent() || this.#stream) return
    this.#cut = CUTS[rule]
    this.#call.fail(504, 'UT', 'timeout', deniedBy('timeouts', rule, this.#seats.revision))
  }

  answered(status: number, bytes: Buffer, start: number, end: number): boolean {
    this.#timers.answered()
    if (status === 101 || this.#isEventStream(bytes, start, end)) {
      this.#stream = true
      return false
    }
    const outcome = httpOutcome(status)
    if (!isFailed(outcome)) return false
    // What a tap behind this one refused it would refuse again, with more to do.
    this.#denied = bytes.subarray(start, end).includes(DENIED_FIELD)
    return this.#triesAgain(status, '', outcome)
  }

  /** Looking for the words is cheap; a head that holds them elsewhere costs a timeout, not a call. */
  #isEventStream(bytes: Buffer, start: number, end: number): boolean {
    if (this.#placeOfEnd('timeouts') < 0) return false
    return bytes.subarray(start, end).includes(EVENT_STREAM)
  }

  failed(flags: string, outcome: Outcome): boolean {
    this.#timers.answered()
    return this.#triesAgain(0, flags, outcome)
  }

  #triesAgain(status: number, flags: string, outcome: Outcome): boolean {
    try {
      return this.#asksAgain(status, flags, outcome)
    } catch (error) {
      this.#context.onFault(error)
      return false
    }
  }

  #asksAgain(status: number, flags: string, outcome: Outcome): boolean {
    const place = this.#placeOfEnd('retries')
    if (place < 0 || this.#refused) return false
    const seat = this.#seats.ends[place - this.#seats.starts.length]!
    const treated = this.#isTreated(place)
    const now_us = this.#atEnd(status, flags, outcome)
    const left = this.#denied ? DENIED : this.#isNested() ? NESTED : undefined
    let found = left ?? seat.judge.decide(seat.state, this.#judged, now_us)
    const settings = seat.enforced && treated ? this.#seats.retries : undefined
    const wanted = settings !== undefined && found.decision === 'retry'
    const again = wanted && this.#canRepeat(settings.backoff)
    if (wanted && !again) found = UNREPEATABLE
    this.#retryAsked = true
    this.#said.add(seat, found, treated, again)
    if (settings !== undefined && found.rule === 'budget') this.#extraFlag = 'URX'
    if (again) this.#repeat(status, flags, outcome, settings.backoff)
    return again
  }

  /** A retry of a tap before this one is not multiplied here. */
  #isNested(): boolean {
    const { draft } = this.#call
    return draft.attempt === 1 && Number(this.#call.fields(ATTEMPT)[0]) > 1
  }

  #canRepeat(backoff_us: number): boolean {
    const { request } = this.#call
    const left_us = this.#deadline_us - this.#context.clock.mono_us()
    return request.done && this.#body!.whole && left_us > backoff_us
  }

  #repeat(status: number, flags: string, outcome: Outcome, backoff_us: number): void {
    const tried = this.#call.target
    this.#call.again(status, flags, outcome)
    const wait_ms = (backoff_us / 1000) * (0.75 + Math.random() / 2)
    this.#timers.wait(wait_ms, () => {
      if (!this.#isCurrent()) return
      const others = this.#targets.filter((target) => target.label !== tried?.label)
      const targets = others.length > 0 ? others : this.#targets
      this.#attempt(nextOf(targets), targets, true)
    })
  }

  /** What is known at the end. @returns now, wall clock */
  #atEnd(status: number, flags: string, outcome: Outcome): number {
    const { clock } = this.#context
    const mono_us = clock.mono_us()
    const judged = this.#judged
    judged.duration_us = Math.max(0, Math.round(mono_us - this.#call.startedAt))
    judged.statusCode = status
    judged.response_flags = flags
    // What another tap refused says nothing against the endpoint behind it.
    judged.outcome = this.#denied ? 'denied' : outcome
    if (this.#stream) judged.protocol = 'opaque'
    return clock.wall_us(mono_us)
  }

  ended(status: number, flags: string, outcome: Outcome, final: boolean): string {
    if (final) this.#timers.stop()
    const now_us = this.#atEnd(status, flags, outcome)
    try {
      this.#tellEnd(now_us)
    } catch (error) {
      this.#context.onFault(error)
    }
    this.#said.into(this.#call.draft, this.#seats.revision)
    const pool = this.#queued ? undefined : this.#pool
    const extra = this.#extraFlag
    this.#admitted = 0
    this.#retryAsked = false
    this.#extraFlag = ''
    this.#pool = undefined
    this.#queued = false
    if (pool !== undefined) this.#context.queues.freed(pool)
    return extra
  }

  #tellEnd(now_us: number): void {
    const { starts } = this.#seats
    for (let place = 0; place < starts.length; place++) {
      const { judge, state } = starts[place]!
      if ((this.#admitted & (1 << place)) !== 0) judge.ended(state, this.#judged, now_us)
    }
    if (!this.#refused) this.#judgeEnd(now_us)
  }

  #judgeEnd(now_us: number): void {
    const { starts, ends } = this.#seats
    for (let at = 0; at < ends.length; at++) {
      const seat = ends[at]!
      const { feature } = seat.judge
      if (feature === 'retries' && this.#retryAsked) continue
      // The clock of a call runs over all its attempts, each of which has a duration of its own.
      const cut = feature === 'timeouts' ? this.#cut : undefined
      const found = cut ?? seat.judge.decide(seat.state, this.#judged, now_us)
      const treated = this.#isTreated(starts.length + at)
      this.#said.add(seat, found, treated, cut !== undefined)
    }
  }
}
