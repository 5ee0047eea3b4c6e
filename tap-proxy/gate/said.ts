import { type CallVerdict, verdictText } from '../../model/verdict.ts'
import type { Verdict } from '../../policy/feature/feature.ts'
import type { Draft } from '../../protocol/draft.ts'
import type { Seat } from './seats.ts'
import type { VerdictBook } from './verdict-book.ts'

/** What was said of one attempt of a call. Most calls pass everything, and nothing is kept of them. */
export class Said {
  readonly #book: VerdictBook
  #texts: string[] | undefined

  constructor(book: VerdictBook) {
    this.#book = book
  }

  add(
    { judge, split, treatedPass, controlPass }: Seat,
    verdict: Verdict,
    treated: boolean,
    acted: boolean,
  ): void {
    const { decision, rule } = verdict
    if (decision === 'pass') {
      if (split) this.#push(treated ? treatedPass : controlPass)
      return
    }
    const { feature } = judge
    const cohort: CallVerdict['cohort'] = split ? (treated ? 'treated' : 'control') : undefined
    this.#book.count(feature, decision, acted)
    this.#push(verdictText({ feature, decision, acted, rule, cohort }))
  }

  #push(text: string): void {
    if (this.#texts === undefined) this.#texts = [text]
    else this.#texts.push(text)
  }

  /** Writes it into the record to be, and begins anew. */
  into(draft: Draft, revision: string): void {
    draft.config_version = revision
    if (this.#texts !== undefined) draft.verdicts = this.#book.list(this.#texts)
    this.#texts = undefined
  }
}
