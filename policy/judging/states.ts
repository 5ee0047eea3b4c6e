import type { Feature } from '../../model/feature.ts'
import type { JudgedCall } from '../feature/feature.ts'
import type { Judge } from './engine.ts'

/** Budgets, buckets and breakers by feature and scope. They outlive a change of the policy: none depends on settings. */

interface Kept {
  readonly destination: string
  readonly state: unknown
}

export class States {
  readonly #states = new Map<Feature, Map<string, Kept>>()
  readonly #max: number
  #size = 0
  /** Scopes that found no room. */
  refused = 0

  /** @param max states kept; features of scopes beyond it are not judged */
  constructor(max = Number.POSITIVE_INFINITY) {
    this.#max = max
  }

  /** The state that a feature goes by for a call; undefined if there is no room for another. */
  of({ feature, module }: Judge, call: JudgedCall): { readonly state: unknown } | undefined {
    let scopes = this.#states.get(feature)
    if (scopes === undefined) {
      scopes = new Map()
      this.#states.set(feature, scopes)
    }
    const scope = module.scopeOf(call)
    const known = scopes.get(scope)
    if (known !== undefined) return known
    if (this.#size >= this.#max) {
      this.refused++
      return undefined
    }
    const fresh = { destination: call.destination, state: module.createState() }
    scopes.set(scope, fresh)
    this.#size++
    return fresh
  }

  /** States of a feature that belong to calls of one service. */
  *ofService(feature: Feature, destination: string): Iterable<unknown> {
    for (const kept of this.#states.get(feature)?.values() ?? []) {
      if (kept.destination === destination) yield kept.state
    }
  }
}
