import { DECISIONS, type Decision } from '../../model/decision.ts'
import { FEATURES, type Feature } from '../../model/feature.ts'
import { NO_VERDICTS } from '../../protocol/draft.ts'

/** Lists of verdict texts that are the same object for the same texts, so that a row writer can keep their bytes. */
const LISTS_MAX = 4096

const KINDS = FEATURES.length * DECISIONS.length

/** Counts verdicts since the start, and keeps lists of their texts. */
export class VerdictCounters {
  readonly #would = new Float64Array(KINDS)
  readonly #done = new Float64Array(KINDS)
  readonly #lists = new Map<string, readonly string[]>()

  count(feature: Feature, decision: Decision, acted: boolean): void {
    const counts = acted ? this.#done : this.#would
    counts[FEATURES.indexOf(feature) * DECISIONS.length + DECISIONS.indexOf(decision)]!++
  }

  /** Every count above zero. */
  each(visit: (feature: Feature, decision: Decision, acted: boolean, count: number) => void): void {
    for (const [counts, acted] of [
      [this.#would, false],
      [this.#done, true],
    ] as const) {
      for (let kind = 0; kind < KINDS; kind++) {
        if (counts[kind] === 0) continue
        const feature = FEATURES[Math.floor(kind / DECISIONS.length)]!
        visit(feature, DECISIONS[kind % DECISIONS.length]!, acted, counts[kind]!)
      }
    }
  }

  list(texts: readonly string[]): readonly string[] {
    if (texts.length === 0) return NO_VERDICTS
    const key = texts.length === 1 ? texts[0]! : texts.join('\n')
    let list = this.#lists.get(key)
    if (list === undefined) {
      if (this.#lists.size >= LISTS_MAX) this.#lists.clear()
      list = Object.freeze([...texts])
      this.#lists.set(key, list)
    }
    return list
  }
}
