import type { Endpoint } from '../../net/endpoint.ts'
import type { Verdict } from '../../policy/feature/feature.ts'
import type { LiveStep } from '../../policy/judging/live-step.ts'
import type { LiveCall } from './live-call.ts'

let turn = 0

/** Endpoints in turn, so that what is left shares the load. */
function nextOf(targets: readonly Endpoint[]): Endpoint {
  turn = (turn + 1) % 1_000_000
  return targets[turn % targets.length]!
}

/** Where one attempt of a call goes, narrowed by each feature that chooses endpoints and acts on the call. */
export class EndpointChoice {
  readonly #call: LiveCall
  readonly #zone: string
  #options: readonly Endpoint[]
  #target: Endpoint

  /** @param zone of addresses that have none of their own */
  constructor(call: LiveCall, meant: Endpoint, targets: readonly Endpoint[], zone: string) {
    this.#call = call
    this.#target = meant
    this.#options = targets
    this.#zone = zone
  }

  get target(): Endpoint {
    return this.#target
  }

  /** Another attempt begins. */
  restart(options: readonly Endpoint[]): void {
    this.#options = options
    this.#target = nextOf(options)
  }

  /** The call is judged as one to the endpoint chosen so far. */
  apply(): void {
    this.#call.aim(this.#target, this.#zone)
  }

  /** Before the feature is asked about the call. */
  narrow({ judge, state }: LiveStep, now_us: number): void {
    const { compiled, module } = judge
    const { routes } = module
    if (this.#options.length > 1 && routes?.narrow) {
      const left = routes.narrow(compiled, state, this.#call, this.#options, this.#zone, now_us)
      // A call that is sent has a better chance than one that is not.
      if (left.length > 0) this.#options = left
    }
    if (this.#options.length > 1 && routes?.pick) {
      const picked = routes.pick(compiled, state, this.#options, Math.random)
      if (picked !== undefined) this.#target = this.#options[picked]!
    }
    this.apply()
  }

  /** After it was asked: takes another endpoint if the one chosen is not among those that are left. @returns true if it did */
  move({ decision }: Verdict): boolean {
    if (decision !== 'divert' || this.#options.includes(this.#target)) return false
    this.#target = nextOf(this.#options)
    this.apply()
    return true
  }
}
