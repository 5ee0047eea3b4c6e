import { isIP } from 'node:net'
import type { Endpoint, EndpointSource } from './endpoint.ts'

/** Where the calls of a listener go. */
export interface Destination {
  /** The next endpoint in turn, or undefined while none is known. */
  pick(): Endpoint | undefined
  /** Endpoints that calls are spread over now: of a name with two families those of the family that works. */
  targets(): readonly Endpoint[]
  /** Every endpoint known now in the order to try them, beginning with the next one in turn. */
  candidates(): readonly Endpoint[]
  /** True if calls may still go there. */
  has(endpoint: Endpoint): boolean
  /** Addresses of the same name in the other family, to try if this one cannot be reached. */
  others(endpoint: Endpoint): readonly Endpoint[]
  /** A connection to this endpoint failed: others are tried first for a while. */
  failed(endpoint: Endpoint): void
  /** A connection to this endpoint was made: its family is the one to use. */
  worked(endpoint: Endpoint): void
}

/** How long an endpoint that refused a connection is tried after the others. */
const FAILED_MS = 10_000
const NO_ENDPOINTS: readonly Endpoint[] = []

/** One name and its addresses. */
interface Name {
  /** In the resolver's order (RFC 6724). */
  readonly endpoints: readonly Endpoint[]
  /** The family that connections use. */
  family: number
}

/** Endpoints of one service as a source knows them, in the order in which connections try them. */
export class ServiceEndpoints implements Destination {
  /** Resolves at the first list. */
  ready: Promise<void> = Promise.resolve()
  readonly #service: string
  #stop: () => void = () => {}
  #names: readonly Name[] = []
  #all: readonly Endpoint[] = NO_ENDPOINTS
  #chosen: readonly Endpoint[] = NO_ENDPOINTS
  readonly #failedUntil_ms = new Map<string, number>()
  #turn = 0

  constructor(service: string, source: EndpointSource) {
    this.#service = service
    this.follow(source)
  }

  /** Takes another source; endpoints of the present one stay in use until the new one has some. */
  follow(source: EndpointSource): Promise<void> {
    this.#stop()
    this.ready = new Promise((resolve) => {
      this.#stop = source.watch(this.#service, (endpoints) => {
        this.#use(endpoints.filter(({ ready }) => ready))
        resolve()
      })
    })
    return this.ready
  }

  close(): void {
    this.#stop()
  }

  #use(found: readonly Endpoint[]): void {
    const before = new Map(this.#all.map((endpoint) => [endpoint.label, endpoint]))
    const families = new Map(
      this.#names.flatMap(({ endpoints, family }) => endpoints.map(({ label }) => [label, family])),
    )
    const fresh = new Map<string, Endpoint>()
    for (const endpoint of found) {
      if (fresh.has(endpoint.label)) continue
      const same = before.get(endpoint.label)
      fresh.set(endpoint.label, same && isSame(same, endpoint) ? same : endpoint)
    }
    this.#all = [...fresh.values()]
    this.#names = [...Map.groupBy(this.#all, ({ name, port }) => `${name} ${port}`).values()].map(
      (endpoints) => {
        const [first] = endpoints
        return { endpoints, family: families.get(first!.label) ?? isIP(first!.host) }
      },
    )
    for (const label of this.#failedUntil_ms.keys()) if (!fresh.has(label)) this.#failedUntil_ms.delete(label)
    this.#choose()
  }

  #choose(): void {
    this.#chosen = this.#names.flatMap(({ endpoints, family }) =>
      endpoints.filter(({ host }) => isIP(host) === family),
    )
  }

  pick(): Endpoint | undefined {
    return this.candidates()[0]
  }

  targets(): readonly Endpoint[] {
    return this.#chosen
  }

  candidates(): readonly Endpoint[] {
    if (this.#all.length < 2) return this.#all
    const chosen = this.#chosen
    this.#turn = (this.#turn + 1) % chosen.length
    const inTurn = [...chosen.slice(this.#turn), ...chosen.slice(0, this.#turn)]
    const others = this.#all.length === chosen.length ? [] : this.#all.filter((one) => !chosen.includes(one))
    const order = [...inTurn, ...others]
    if (this.#failedUntil_ms.size === 0) return order
    const now_ms = performance.now()
    const isDown = ({ label }: Endpoint) => (this.#failedUntil_ms.get(label) ?? 0) > now_ms
    return [...order.filter((endpoint) => !isDown(endpoint)), ...order.filter(isDown)]
  }

  has(endpoint: Endpoint): boolean {
    return this.#all.includes(endpoint)
  }

  others(endpoint: Endpoint): readonly Endpoint[] {
    if (this.#all.length === this.#chosen.length) return NO_ENDPOINTS
    const name = this.#names.find(({ endpoints }) => endpoints.includes(endpoint))
    return name?.endpoints.filter(({ host }) => isIP(host) !== isIP(endpoint.host)) ?? NO_ENDPOINTS
  }

  failed({ label }: Endpoint): void {
    if (this.#all.length > 1) this.#failedUntil_ms.set(label, performance.now() + FAILED_MS)
  }

  worked(endpoint: Endpoint): void {
    if (this.#failedUntil_ms.size > 0) this.#failedUntil_ms.delete(endpoint.label)
    if (this.#chosen.includes(endpoint)) return
    const name = this.#names.find(({ endpoints }) => endpoints.includes(endpoint))
    if (name === undefined) return
    name.family = isIP(endpoint.host)
    this.#choose()
  }
}

function isSame(one: Endpoint, other: Endpoint): boolean {
  return (
    one.zone === other.zone &&
    one.version === other.version &&
    one.weight === other.weight &&
    one.name === other.name
  )
}
