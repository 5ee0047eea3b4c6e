import type { Policy } from '../model/policy.ts'
import type { StateTaker } from './control/state-in-force.ts'
import type { VerdictCounts } from './control/verdict-counts.ts'
import type { Gates } from './gate/gates.ts'
import type { RelayCounters } from './relay/counters.ts'
import type { GateMaker, TapListeners } from './tap-listeners.ts'

/**
 * Bypassed: every listener is a plain relay, and nobody has to prove who he is. How this tap reaches others
 * stays as it is, since those may insist on it.
 */
function bypassing(gates: Gates): GateMaker {
  return {
    gateFor: () => undefined,
    mtlsFor: (settings) => (settings.kind === 'inbound' ? undefined : gates.mtlsFor(settings)),
  }
}

/** What judges the calls of a tap, loaded when control first has a say. */
export class TapGates {
  readonly #listeners: TapListeners
  readonly #counters: RelayCounters
  #gates: Gates | undefined

  constructor(listeners: TapListeners, counters: RelayCounters) {
    this.#listeners = listeners
    this.#counters = counters
  }

  /** What was said and done so far; undefined where no policy was ever in force. */
  get verdicts(): VerdictCounts | undefined {
    return this.#gates?.counters
  }

  async load(): Promise<StateTaker> {
    const { Gates: Loaded } = await import('./gate/gates.ts')
    const gates = new Loaded(this.#listeners.clock, (error) => this.#counters.fault(error))
    this.#gates = gates
    let ready: Policy | undefined
    return (policy, { revision, bypass }) => {
      // Where the kill switch alone was turned, nothing is made ready anew: it acts at once.
      if (policy !== ready) gates.use(policy, revision)
      ready = policy
      this.#listeners.govern(bypass ? bypassing(gates) : gates)
    }
  }
}
