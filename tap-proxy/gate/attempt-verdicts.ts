import type { Verdict } from '../../policy/feature/feature.ts'
import { type LiveStep, stepText } from '../../policy/judging/live-step.ts'
import type { Draft } from '../../protocol/draft.ts'
import type { VerdictCounters } from './verdict-counters.ts'

/** Verdicts on one attempt of a call. Most calls pass everything, and nothing is kept of them. */
export class AttemptVerdicts {
  readonly #counters: VerdictCounters
  #texts: string[] | undefined

  constructor(counters: VerdictCounters) {
    this.#counters = counters
  }

  add(step: LiveStep, verdict: Verdict, treated: boolean, acted: boolean): void {
    if (verdict.decision !== 'pass') this.#counters.count(step.judge.feature, verdict.decision, acted)
    const text = stepText(step, verdict, treated, acted)
    if (text === undefined) return
    if (this.#texts === undefined) this.#texts = [text]
    else this.#texts.push(text)
  }

  /** Writes them into the draft, and starts over for the next attempt. */
  writeTo(draft: Draft, revision: string): void {
    draft.config_version = revision
    if (this.#texts !== undefined) draft.verdicts = this.#counters.list(this.#texts)
    this.#texts = undefined
  }
}
