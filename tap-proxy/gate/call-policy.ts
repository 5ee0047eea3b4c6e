import type { Outcome, ResponseFlag } from '../../model/call.ts'
import { isRefused } from '../../model/decision.ts'
import { httpOutcome, isFailed } from '../../model/outcome.ts'
import type { RelayClock } from '../../net/clock.ts'
import type { Endpoint } from '../../net/endpoint.ts'
import type { CallControl } from '../../policy/feature/call-control.ts'
import { PASS, type Verdict } from '../../policy/feature/feature.ts'
import { type JudgingHost, NEXT } from '../../policy/judging/judging.ts'
import { type LiveJudging, type LiveStep, treatedBy } from '../../policy/judging/live-step.ts'
import { statusText } from '../../protocol/status-text.ts'
import type { CallHooks, GatedCall } from '../relay/ward.ts'
import { AttemptVerdicts } from './attempt-verdicts.ts'
import { CallTimers } from './call-timers.ts'
import type { EndpointChoice } from './endpoint-choice.ts'
import type { LiveCall } from './live-call.ts'
import type { PoolQueues } from './pool-queues.ts'
import { ReplayBody } from './replay-body.ts'
import type { VerdictCounters } from './verdict-counters.ts'

/** What the calls of one tap have in common. */
export interface PolicyContext {
  readonly counters: VerdictCounters
  readonly queues: PoolQueues
  readonly clock: RelayClock
  onFault(error: unknown): void
}

/** Longest time a call waits for a connection. */
const QUEUE_MS_MAX = 5000
const NOTHING: readonly Buffer[] = []

/** A verdict that ends the call, with the step that gave it. */
interface Ended {
  readonly step: LiveStep
  readonly verdict: Verdict
}

/**
 * Judges one call and acts on what is enforced for it. Every feature is asked, whatever its mode; only
 * verdicts of enforced features on treated calls are acted on. If a feature's code throws, its verdict is
 * lost and the call goes on.
 */
export class CallPolicy implements CallHooks, CallControl, JudgingHost<LiveStep> {
  readonly #context: PolicyContext
  readonly #revision: string
  readonly #judging: LiveJudging
  readonly #call: GatedCall
  readonly #serial: number
  readonly #judged: LiveCall
  readonly #verdicts: AttemptVerdicts
  readonly #timers = new CallTimers()
  readonly #targets: readonly Endpoint[]
  readonly #choice: EndpointChoice
  /** One bit for each step. */
  readonly #treated: number
  #progress = 0
  #body: ReplayBody | undefined = undefined
  #asking: LiveStep | undefined = undefined
  #refusal: Ended | undefined = undefined
  #cut: Ended | undefined = undefined
  /** The cut came from the caller's own limit. */
  #cutByCaller = false
  #line: unknown = undefined
  /** The step that made it wait, whose refusal ends a wait that is too long. */
  #waiting: Ended | undefined = undefined
  #hold_us = 0
  /** Wait before the attempt that was granted; below 0 if none was. */
  #again_us = -1
  #idle_us = 0
  #ending = false
  #extraFlags = ''
  #deadline_us = Number.POSITIVE_INFINITY

  constructor(
    context: PolicyContext,
    revision: string,
    judging: LiveJudging,
    call: GatedCall,
    judged: LiveCall,
    choice: EndpointChoice,
    targets: readonly Endpoint[],
  ) {
    this.#context = context
    this.#revision = revision
    this.#judging = judging
    this.#call = call
    this.#serial = call.serial
    this.#judged = judged
    this.#choice = choice
    this.#targets = targets
    this.#verdicts = new AttemptVerdicts(context.counters)
    this.#treated = treatedBy(judging, call.draft.ids)
  }

  get idle_ms(): number {
    return this.#idle_us / 1000
  }

  get kept(): readonly Buffer[] {
    return this.#body?.pieces ?? NOTHING
  }

  keep(bytes: Uint8Array, start: number, end: number): void {
    this.#body?.keep(bytes, start, end)
  }

  /** Asks who judges before the call is sent, and sends it, holds it or refuses it. */
  begin(): void {
    this.#judged.reader = this.#call
    for (const place of this.#judging.begins) this.#prepare(place, 'begin')
    this.#attempt(false)
  }

  #prepare(place: number, hook: 'begin' | 'send'): void {
    const step = this.#judging.steps[place]!
    if (!this.#isTreated(place)) return
    const { compiled, module } = step.judge
    this.#asking = step
    try {
      module.acts![hook]!(compiled, this.#judged, this)
    } catch (error) {
      this.fault(error)
    }
  }

  #actsOn(step: LiveStep, place: number): boolean {
    return step.acts && this.#isTreated(place)
  }

  #isTreated(place: number): boolean {
    return (this.#treated & (1 << place)) !== 0
  }

  /** @param paused true if reading from the client is still paused from the previous attempt */
  #attempt(paused: boolean): void {
    const { clock } = this.#context
    const now_us = clock.wall_us(clock.mono_us())
    this.#judged.ts = now_us
    this.#choice.apply()
    this.#progress = this.#judging.start(this.#judged, now_us, this)
    if (this.#refusal !== undefined) this.#refuse(this.#refusal)
    else if (this.#hold_us > 0) this.#wait()
    else if (this.#line !== undefined) this.#queue(this.#line)
    else this.#send(paused)
  }

  aim(step: LiveStep, place: number, now_us: number): void {
    if (step.judge.module.routes !== undefined && this.#actsOn(step, place)) {
      this.#choice.narrow(step, now_us)
    }
  }

  heard(step: LiveStep, place: number, verdict: Verdict): number {
    // Most verdicts: nothing to do, and nothing to write down.
    if (verdict === PASS && !step.split && step.judge.module.routes === undefined) return NEXT.asSaid
    if (place >= this.#judging.startCount) this.#heardLate(step, place, verdict)
    else if (this.#actsOn(step, place)) {
      if (isRefused(verdict.decision)) {
        this.#verdicts.add(step, verdict, true, true)
        this.#refusal = { step, verdict }
        return NEXT.refused
      }
      if (step.judge.module.routes !== undefined) return this.#route(step, verdict)
      this.#act(step, verdict)
    } else this.#verdicts.add(step, verdict, this.#isTreated(place), false)
    return NEXT.asSaid
  }

  #heardLate(step: LiveStep, place: number, verdict: Verdict): void {
    // A message that the terminating proxy does not understand is never sent on, whatever the mode.
    const isDone = verdict === this.#cut?.verdict || isRefused(verdict.decision)
    if (!isDone && this.#actsOn(step, place)) this.#act(step, verdict)
    else this.#verdicts.add(step, verdict, this.#isTreated(place), isDone)
  }

  #act(step: LiveStep, verdict: Verdict): void {
    const { compiled, module } = step.judge
    this.#asking = step
    const before = this.#line
    let done: boolean | Verdict = false
    if (verdict.decision !== 'pass') {
      done = module.acts?.act?.(verdict, compiled, step.state, this) ?? false
    }
    if (this.#line !== before) this.#waiting = { step, verdict }
    const said = typeof done === 'object' ? done : verdict
    this.#verdicts.add(step, said, true, done === true)
  }

  #route(step: LiveStep, verdict: Verdict): number {
    const moved = this.#choice.move(verdict)
    this.#verdicts.add(step, verdict, true, moved)
    return moved ? NEXT.moved : NEXT.sent
  }

  settled(step: LiveStep): Verdict | undefined {
    return this.#cut?.step === step ? this.#cut.verdict : undefined
  }

  fault(error: unknown): void {
    this.#context.onFault(error)
  }

  get left_us(): number {
    return this.#deadline_us - this.#context.clock.mono_us()
  }

  hold(us: number): void {
    this.#hold_us += us
  }

  waitInLine(line: unknown): void {
    this.#line = line
  }

  cutAfter(us: number, until: 'answer' | 'end', cut: Verdict<'cut'>, by?: 'policy' | 'caller'): void {
    const ended = { step: this.#asking!, verdict: cut }
    const late = (): void => this.#late(ended, by === 'caller')
    if (until === 'answer') this.#timers.backend(us / 1000, late)
    else {
      this.#deadline_us = this.#context.clock.mono_us() + us
      this.#timers.request(us / 1000, late)
    }
  }

  limitSilence(us: number): void {
    this.#idle_us = us
  }

  keepBody(bytes: number): void {
    this.#body = new ReplayBody(bytes)
  }

  sendAgain(after_us: number): boolean {
    const { request } = this.#call
    if (this.#ending || !request.done || !this.#body?.whole || this.left_us <= after_us) return false
    this.#again_us = after_us
    return true
  }

  setHeader(name: string, value: string): void {
    this.#call.addField(`${name}: ${value}\r\n`)
  }

  addFlag(flag: ResponseFlag): void {
    this.#extraFlags = this.#extraFlags === '' ? flag : `${this.#extraFlags},${flag}`
  }

  /** Value of `x-tapmesh-denied`: who refused the call, by which rule, in which revision. */
  #deniedBy({ step, verdict }: Ended): string {
    return `${step.judge.feature};rule=${verdict.rule};v=${this.#revision}`
  }

  #refuse(refusal: Ended): void {
    const { status, flag } = refusal.step.judge.module.refuses!
    this.#call.fail(status, flag, 'denied', this.#deniedBy(refusal))
  }

  #wait(): void {
    this.#call.hold()
    this.#timers.wait(this.#hold_us / 1000, () => {
      this.#hold_us = 0
      if (!this.#isCurrent()) return
      if (this.#line !== undefined) this.#queue(this.#line)
      else this.#send(true)
    })
  }

  #queue(line: unknown): void {
    this.#call.hold()
    this.#timers.wait(QUEUE_MS_MAX, () => {
      this.#progress = this.#judging.refused(this.#progress)
      this.#refuse(this.#waiting!)
    })
    this.#context.queues.wait(line, {
      isAlive: () => this.#isCurrent(),
      go: () => {
        this.#timers.waited()
        this.#line = undefined
        this.#send(true)
      },
    })
  }

  #send(held: boolean): void {
    for (const place of this.#judging.sends) this.#prepare(place, 'send')
    if (held) this.#call.release(this.#choice.target)
    else this.#call.dispatch(this.#choice.target)
  }

  #isCurrent(): boolean {
    return this.#call.active && this.#call.serial === this.#serial
  }

  #late(cut: Ended, byCaller: boolean): void {
    if (!this.#isCurrent() || this.#judged.isStream) return
    this.#cut = cut
    this.#cutByCaller = byCaller
    this.#call.fail(504, 'UT', 'timeout', this.#deniedBy(cut))
  }

  answered(status: number, bytes: Buffer, start: number, end: number): boolean {
    this.#timers.answered()
    const outcome = httpOutcome(status)
    this.#judged.readAnswer(bytes, start, end, isFailed(outcome), this.#judging.sparesStreams)
    if (status === 101) this.#judged.isStream = true
    return isFailed(outcome) && !this.#judged.isStream && this.#triesAgain(status, '', outcome)
  }

  failed(flags: string, outcome: Outcome): boolean {
    this.#timers.answered()
    return this.#triesAgain(0, flags, outcome)
  }

  #triesAgain(status: number, flags: string, outcome: Outcome): boolean {
    const now_us = this.#atEnd(status, flags, outcome)
    this.#progress = this.#judging.answered(this.#judged, now_us, this.#progress, this)
    if (this.#again_us < 0) return false
    this.#repeat(status, flags, outcome, this.#again_us)
    return true
  }

  #repeat(status: number, flags: string, outcome: Outcome, after_us: number): void {
    const tried = this.#call.target
    this.#call.again(status, flags, outcome)
    const wait_ms = (after_us / 1000) * (0.75 + Math.random() / 2)
    this.#timers.wait(wait_ms, () => {
      if (!this.#isCurrent()) return
      const others = this.#targets.filter((target) => target.label !== tried?.label)
      this.#choice.restart(others.length > 0 ? others : this.#targets)
      this.#attempt(true)
    })
  }

  /** What is known at the end. @returns now, wall clock */
  #atEnd(status: number, flags: string, outcome: Outcome): number {
    const { clock } = this.#context
    const mono_us = clock.mono_us()
    const judged = this.#judged
    judged.duration_us = Math.max(0, Math.round(mono_us - this.#call.startedAt))
    judged.status = statusText(status)
    judged.response_flags = flags
    // A refusal by another tap, or the caller's own limit, says nothing against the endpoint.
    judged.outcome = judged.refusedBeyond ? 'denied' : this.#cutByCaller ? 'unfinished' : outcome
    return clock.wall_us(mono_us)
  }

  ended(status: number, flags: string, outcome: Outcome, final: boolean): string {
    if (final) this.#timers.stop()
    const now_us = this.#atEnd(status, flags, outcome)
    this.#ending = true
    this.#judging.end(this.#judged, now_us, this.#progress, this)
    this.#verdicts.writeTo(this.#call.draft, this.#revision)
    const progress = this.#line === undefined ? this.#progress : 0
    const extra = this.#extraFlags
    this.#ending = false
    this.#progress = 0
    this.#again_us = -1
    this.#extraFlags = ''
    this.#line = undefined
    this.#context.queues.freedBy(this.#judging, progress)
    return extra
  }
}
