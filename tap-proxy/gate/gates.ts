import { FLAGS } from '../../model/flag.ts'
import { type Policy, settingsFor } from '../../model/policy.ts'
import { type RelayClock, steadyClock } from '../../net/clock.ts'
import type { MtlsRule } from '../../net/secure.ts'
import { compilePolicy, type Engine } from '../../policy/feature/engine.ts'
import type { Gate } from '../relay/ward.ts'
import type { ListenerSettings } from '../settings.ts'
import type { WardContext } from './call-ward.ts'
import { ListenerGate } from './listener-gate.ts'
import { PoolQueues } from './pool-queues.ts'
import { SeatStates } from './seats.ts'
import { VerdictBook } from './verdict-book.ts'

/**
 * The policy of one tap: made ready whole, then handed to listeners as their gates. Where it says
 * nothing of a listener's calls there is no gate, and the relay is what it was.
 */
export class Gates {
  readonly book = new VerdictBook()
  readonly states = new SeatStates()
  readonly #context: WardContext
  #ready: { engine: Engine; revision: string } | undefined

  constructor(clock: RelayClock, onFault: (error: unknown) => void) {
    this.#context = { book: this.book, queues: new PoolQueues(), clock: steadyClock(clock), onFault }
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
        return settings?.mode === 'enforce' ? settings.policy : 'none'
      },
    }
  }

  gateFor({ kind, destination, destination_zone, protocol }: ListenerSettings): Gate | undefined {
    if (this.#ready === undefined || protocol === 'opaque') return undefined
    const { engine, revision } = this.#ready
    const side = kind === 'inbound' ? 'service' : 'caller'
    const services = kind === 'forward-proxy' ? [...engine.policy.services.keys()] : [destination]
    const concerned = services.some((service) => {
      const callers = ['', ...(engine.policy.services.get(service)?.callers.keys() ?? [])]
      return callers.some((caller) =>
        engine.judgesFor(service, caller).some(({ feature }) => FLAGS[feature].side === side),
      )
    })
    if (!concerned) return undefined
    return new ListenerGate(
      { engine, revision, side, destination, destination_zone },
      this.states,
      this.#context,
    )
  }
}
