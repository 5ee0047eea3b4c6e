/**
 * Learns which service answers at an address, from calls of which both sides are known: the span of
 * a caller names an address, the span or tap record of the callee names the caller's span as its
 * parent. So `server.address: 10.0.0.7` becomes `cart`, the same name the tap gives the edge.
 */

/** What a caller's span said of its call. */
export interface ClientCall {
  client: string
  server: string
  /** `database`, `messaging_system`, or empty: connection_type of the service graph metrics. */
  connection_type: string
  /** Host and port it called; empty where the span names none. */
  address: string
}

/** Spans remembered in each of two generations, and how long one lasts. */
export const SPANS_MAX = 50_000
export const GENERATION_MS = 30_000
/** Addresses remembered; when there are more all are learned anew. */
export const ADDRESSES_MAX = 5000

/** An address that two services answer at, such as a gateway's, stays an address. */
const AMBIGUOUS = ''

interface Generation {
  /** Parent span id -> service that answered. */
  answered: Map<string, string>
  /** Span id of a caller -> its call; taken out when the callee is met. */
  waiting: Map<string, ClientCall>
}

const empty = (): Generation => ({ answered: new Map(), waiting: new Map() })

export class Peers {
  readonly #onUnpaired: (call: ClientCall) => void
  readonly #now: () => number
  readonly #addresses = new Map<string, string>()
  #young = empty()
  #old = empty()
  #since_ms: number

  /** @param onUnpaired told of each call whose other side did not come in time */
  constructor(onUnpaired: (call: ClientCall) => void, now: () => number = Date.now) {
    this.#onUnpaired = onUnpaired
    this.#now = now
    this.#since_ms = now()
  }

  /**
   * The callee's side of a call.
   * @param parent span id of the caller, 16 hex digits
   * @param service that answered; empty where it does not stand behind the caller's address, as the consumer of a queue
   */
  answered(parent: string, service: string): void {
    this.turn()
    const call = this.#young.waiting.get(parent) ?? this.#old.waiting.get(parent)
    if (!call) {
      this.#young.answered.set(parent, service)
      return
    }
    this.#young.waiting.delete(parent)
    this.#old.waiting.delete(parent)
    this.#learn(call.address, service)
  }

  /** Who answers a call of this span to this address, or undefined where nobody knows. */
  destinationOf(span_id: string, address: string): string | undefined {
    this.turn()
    const service = this.#young.answered.get(span_id) ?? this.#old.answered.get(span_id)
    if (!service) return this.#addresses.get(address) || undefined
    this.#learn(address, service)
    return service
  }

  /** The caller's side of a call, to be paired with what comes later. */
  called(span_id: string, call: ClientCall): void {
    this.turn()
    if (this.#young.answered.delete(span_id) || this.#old.answered.delete(span_id)) return
    this.#young.waiting.set(span_id, call)
  }

  #learn(address: string, service: string): void {
    if (address === '' || service === '') return
    const before = this.#addresses.get(address)
    if (before === service) return
    if (before === undefined && this.#addresses.size >= ADDRESSES_MAX) this.#addresses.clear()
    this.#addresses.set(address, before === undefined ? service : AMBIGUOUS)
  }

  /** Begins a new generation when the young one is full or old; what nobody answered by then is unpaired. */
  turn(): void {
    const { answered, waiting } = this.#young
    const full = answered.size >= SPANS_MAX || waiting.size >= SPANS_MAX
    if (!full && this.#now() - this.#since_ms < GENERATION_MS) return
    for (const call of this.#old.waiting.values()) this.#onUnpaired(call)
    this.#old = this.#young
    this.#young = empty()
    this.#since_ms = this.#now()
  }
}
