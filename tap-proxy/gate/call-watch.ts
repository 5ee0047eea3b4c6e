import type { Verdict } from '../../policy/feature/feature.ts'
import { type Judging, type JudgingHost, NEXT } from '../../policy/judging/judging.ts'
import { type LiveStep, treatedBy } from '../../policy/judging/live-step.ts'
import type { Draft } from '../../protocol/draft.ts'
import { statusNumber } from '../../protocol/status-text.ts'
import type { Watch, WatchedCall } from '../relay/ward.ts'
import { AttemptVerdicts } from './attempt-verdicts.ts'
import type { PolicyContext } from './call-policy.ts'
import type { LiveCall } from './live-call.ts'

/** A call that is relayed whatever the policy says: every feature is asked, and what it would do is written down. */
export class CallWatch implements Watch, JudgingHost<LiveStep> {
  readonly #context: PolicyContext
  readonly #revision: string
  readonly #judging: Judging<LiveStep>
  readonly #call: LiveCall
  readonly #verdicts: AttemptVerdicts
  readonly #treated: number
  #progress = 0

  constructor(
    context: PolicyContext,
    revision: string,
    judging: Judging<LiveStep>,
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
    this.#verdicts.add(step, verdict, (this.#treated & (1 << place)) !== 0, false)
    return NEXT.asSaid
  }

  fault(error: unknown): void {
    this.#context.onFault(error)
  }

  ended(draft: Draft): void {
    const call = this.#call
    call.draft = draft
    call.duration_us = draft.duration_us
    call.statusCode = statusNumber(draft.status)
    call.outcome = draft.outcome
    call.response_flags = draft.response_flags
    // The states go by a clock of their own, which the wall clock does not set back.
    const now_us = call.ts + draft.duration_us
    this.#judging.end(call, now_us, this.#progress, this)
    this.#verdicts.writeTo(draft, this.#revision)
  }
}
