import type { KindCall } from './kind.ts'

/**
 * How complete the evidence is: the share of calls whose caller, method and route were seen exactly
 * once estimates the chance that the next call is of one never seen (Good 1953, The population
 * frequencies of species).
 */
export class Unseen {
  readonly #counts = new Map<string, number>()
  /** Kinds remembered; past it the estimate is no longer told. */
  static readonly KINDS_MAX = 500_000

  add({ source, source_identity, destination, method, route }: KindCall, calls: number): void {
    const key = [source_identity === '' ? source : source_identity, destination, method, route].join('\x1f')
    const known = this.#counts.get(key)
    if (known === undefined && this.#counts.size > Unseen.KINDS_MAX) return
    this.#counts.set(key, (known ?? 0) + calls)
  }

  estimate(): { chance: number; kinds: number; seen_once: number } | null {
    if (this.#counts.size === 0 || this.#counts.size > Unseen.KINDS_MAX) return null
    let calls = 0
    let seen_once = 0
    for (const count of this.#counts.values()) {
      calls += count
      if (count === 1) seen_once++
    }
    return { chance: seen_once / calls, kinds: this.#counts.size, seen_once }
  }
}
