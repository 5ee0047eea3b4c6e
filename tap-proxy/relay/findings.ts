import { verdictText } from '../../model/verdict.ts'

/** Verdicts of the feature `strict` while no policy speaks of it: a listener rehearses it by itself. */
export class Findings {
  readonly #verdicts = new Map<string, readonly string[]>()

  /** @param rule a name of wire/http1/fault.ts; there are few, so one list for each is kept */
  verdictsOf(rule: string): readonly string[] {
    let verdicts = this.#verdicts.get(rule)
    if (verdicts === undefined) {
      verdicts = Object.freeze([
        verdictText({ feature: 'strict', decision: 'deny', acted: false, rule, cohort: undefined }),
      ])
      this.#verdicts.set(rule, verdicts)
    }
    return verdicts
  }
}
