import type { Protocol } from '../../model/call.ts'
import { type Policy, settingsFor } from '../../model/policy.ts'
import { type RelayClock, steadyClock } from '../../net/clock.ts'
import type { MtlsRule } from '../../net/secure.ts'
import { compilePolicy, type Engine, judgesOf, understands } from '../../policy/judging/engine.ts'
import { actsAt, isJudgedAt, replacesDefault } from '../../policy/judging/live-step.ts'
import { States } from '../../policy/judging/states.ts'
import type { Gate } from '../relay/ward.ts'
import type { ListenerSettings } from '../settings.ts'
import type { PolicyContext } from './call-policy.ts'
import { ListenerGate } from './listener-gate.ts'
import { PoolQueues } from './pool-queues.ts'
import { VerdictCounters } from './verdict-counters.ts'

/** States kept by a tap, one for each feature and scope. Features of scopes beyond this limit are not judged. */
const STATES_MAX = 20_000

/**
 * The policy of one tap: compiled as a whole, then handed to listeners as their gates. A listener whose
 * calls it does not concern has no gate, and stays a plain relay.
 */
export class Gates {
  readonly counters = new VerdictCounters()
  readonly states = new States(STATES_MAX)
  readonly #context: PolicyContext
  #ready: { engine: Engine; revision: string } | undefined

  constructor(clock: RelayClock, onFault: (error: unknown) => void) {
    this.#context = { counters: this.counters, queues: new PoolQueues(), clock: steadyClock(clock), onFault }
  }

  /** From now on this policy holds for gates that are asked for. @throws what compiling it throws; then nothing changed */
  use(policy: Policy, revision: string): void {
    this.#ready = { engine: compilePolicy(policy), revision }
  }

  /** What is enforced about TLS between taps. */
  mtlsFor({ destination }: ListenerSettings): MtlsRule | undefined {
    const service = this.#ready?.engine.policy.services.get(destination)
    if (service === undefined) return undefined
    return {
      policyFor(caller) {
        const settings = settingsFor(service, caller, 'mtls')
        return settings?.mode === 'enforce' && settings.percent > 0 ? settings.policy : 'none'
      },
    }
  }

  gateFor({ kind, destination, destination_zone, protocol }: ListenerSettings): Gate | undefined {
    if (this.#ready === undefined) return undefined
    const { engine, revision } = this.#ready
    const side = kind === 'inbound' ? 'service' : 'caller'
    const services = kind === 'forward-proxy' ? [...engine.policy.services.keys()] : [destination]
    const listener: { protocol: Protocol } = { protocol }
    let concerned = false
    let acts = false
    for (const service of services) {
      concerned ||= replacesDefault(engine, service)
      for (const judge of judgesOf(engine, service)) {
        if (!isJudgedAt(judge.feature, side) || !understands(judge, listener)) continue
        concerned ||= !judge.byDefault
        acts ||= actsAt(judge, side)
      }
    }
    if (!concerned) return undefined
    return new ListenerGate(
      {
        ...{ engine, revision, side, destination, destination_zone, protocol },
        // Only connections of HTTP are terminated; mutual TLS refuses others when they are accepted.
        acts: acts && protocol === 'http',
      },
      this.states,
      this.#context,
    )
  }
}
