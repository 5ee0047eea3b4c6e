import { FEATURES, type Feature } from '../../model/flag.ts'
import { DECISIONS, type Decision } from '../../model/verdict.ts'
import { NO_VERDICTS } from '../../protocol/draft.ts'

/** Lists of verdict texts that are the same object for the same texts, so that a row writer can keep their bytes. */
const LISTS_MAX = 4096

const WAYS = FEATURES.length * DECISIONS.length

/** What was said and done since the start, and the texts of it. */
export class VerdictBook {
  readonly #would = new Float64Array(WAYS)
  readonly #done = new Float64Array(WAYS)
  readonly #lists = new Map<string, readonly string[]>()

  count(feature: Feature, decision: Decision, acted: boolean): void {
    const counts = acted ? this.#done : this.#would
    counts[FEATURES.indexOf(feature) * DECISIONS.length + DECISIONS.indexOf(decision)]!++
  }

  /** Every count above zero. */
  each(tell: (feature: Feature, decision: Decision, acted: boolean, count: number) => void): void {
    for (const [counts, acted] of [
      [this.#would, false],
      [this.#done, true],
    ] as const) {
      for (let way = 0; way < WAYS; way++) {
        if (counts[way] === 0) continue
        const feature = FEATURES[Math.floor(way / DECISIONS.length)]!
        tell(feature, DECISIONS[way % DECISIONS.length]!, acted, counts[way]!)
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
