import { PASS, type Verdict } from '../../policy/feature/feature.ts'
import { type JudgingHost, NEXT } from '../../policy/judging/judging.ts'
import { type LiveJudging, type LiveStep, treatedBy } from '../../policy/judging/live-step.ts'
import type { Draft } from '../../protocol/draft.ts'
import type { Watch, WatchedCall } from '../relay/ward.ts'
import { AttemptVerdicts } from './attempt-verdicts.ts'
import type { PolicyContext } from './call-policy.ts'
import type { LiveCall } from './live-call.ts'

/** A call that is relayed whatever the policy says: every feature is asked, and what it would do is written down. */
export class CallWatch implements Watch, JudgingHost<LiveStep> {
  readonly #context: PolicyContext
  readonly #revision: string
  readonly #judging: LiveJudging
  readonly #call: LiveCall
  readonly #verdicts: AttemptVerdicts
  readonly #treated: number
  #progress = 0

  constructor(
    context: PolicyContext,
    revision: string,
    judging: LiveJudging,
    call: LiveCall,
    watched: WatchedCall,
  ) {
    this.#context = context
    this.#revision = revision
    this.#judging = judging
    this.#call = call
    this.#verdicts = new AttemptVerdicts(context.counters)
    this.#treated = treatedBy(judging, watched.draft.ids)
    call.reader = watched
    call.ts = context.clock.wall_us(context.clock.mono_us())
    this.#progress = judging.start(call, call.ts, this)
    call.release(judging.hopFields)
  }

  heard(step: LiveStep, place: number, verdict: Verdict): number {
    if (verdict === PASS && !step.split) return NEXT.asSaid
    this.#verdicts.add(step, verdict, (this.#treated & (1 << place)) !== 0, false)
    return NEXT.asSaid
  }

  fault(error: unknown): void {
    this.#context.onFault(error)
  }

  answered(bytes: Buffer, start: number, end: number): void {
    const isFailing = this.#call.draft.status >= '500'
    this.#call.readAnswer(bytes, start, end, isFailing, this.#judging.sparesStreams)
  }

  ended(draft: Draft): void {
    const call = this.#call
    call.draft = draft
    call.duration_us = draft.duration_us
    call.status = draft.status
    // A refusal by another tap says nothing against the endpoint.
    call.outcome = call.refusedBeyond ? 'denied' : draft.outcome
    call.response_flags = draft.response_flags
    // The states go by a clock of their own, which the wall clock does not set back.
    const now_us = call.ts + draft.duration_us
    this.#judging.end(call, now_us, this.#progress, this)
    this.#context.queues.freedBy(this.#judging, this.#progress)
    this.#verdicts.writeTo(draft, this.#revision)
  }
}
