import type { GraphNode, NodeSlo } from '../../model/graph.ts'
import { SLO_STATES, type Slo } from '../../model/slo.ts'
import type { Store } from '../../store/store.ts'
import type { SloStatus } from '../contract.ts'
import { storedForm } from '../query/filter.ts'
import { readSlos } from '../query/slo.ts'

/** Burn is told to this fineness in time: a graph that is watched live asks for it every two seconds. */
const STEP_US = 10_000_000
/** Moments remembered; a map that is wound back asks for one after the other. */
const MOMENTS_MAX = 32

/** Worst first: by state, then by what is left. */
function byNeed(left: SloStatus, right: SloStatus): number {
  return (
    SLO_STATES.indexOf(right.state) - SLO_STATES.indexOf(left.state) || left.budget_left - right.budget_left
  )
}

/** Objectives of the configuration over a store; each moment is asked for once in ten seconds. */
export class Slos {
  readonly #store: Store
  readonly #slos: readonly Slo[]
  readonly #moments = new Map<number, Promise<SloStatus[]>>()

  constructor(store: Store, slos: readonly Slo[]) {
    this.#store = store
    this.#slos = slos
  }

  /**
   * Worst first.
   * @param at_us microseconds; taken to the ten seconds it lies in @param now_us wall clock
   * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
   */
  at(at_us: number, now_us: number): Promise<SloStatus[]> {
    if (this.#slos.length === 0) return Promise.resolve([])
    const step = Math.floor(at_us / STEP_US)
    const known = this.#moments.get(step)
    if (known) return known
    if (this.#moments.size >= MOMENTS_MAX) this.#moments.delete(this.#moments.keys().next().value!)
    const asked = readSlos(this.#store, this.#slos, at_us, now_us).then((all) => all.sort(byNeed))
    this.#moments.set(step, asked)
    // A failure is not remembered.
    asked.catch(() => this.#moments.delete(step))
    return asked
  }
}

/** Nodes with the worst objective of each service. @param statuses worst first */
export function withSlo(nodes: readonly GraphNode[], statuses: readonly SloStatus[]): GraphNode[] {
  const worst = new Map<string, NodeSlo>()
  for (const { service, objective, burn_1h, burn_6h, budget_left, state } of statuses) {
    const name = storedForm(service)
    if (!worst.has(name)) worst.set(name, { objective, burn_1h, burn_6h, budget_left, state })
  }
  return nodes.map((node) => {
    const slo = worst.get(node.id)
    return slo ? { ...node, slo } : node
  })
}
