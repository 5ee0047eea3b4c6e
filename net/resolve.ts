import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { UpstreamAddress } from './address.ts'

/** Where a call may go: one address that a socket can connect to; the same object for the same address while it is known. */
export interface Target {
  /** An IP address; never a name. */
  host: string
  port: number
  /** `host:port` as the call record writes it. */
  label: string
  /** Empty where the listener's own zone for the destination holds. */
  zone: string
}

export interface Destination {
  /** The next address in turn, or undefined while none is known. */
  pick(): Target | undefined
  /** Addresses that calls are spread over now: of a name with two families those of the family that works. */
  targets(): readonly Target[]
  /** Every address known now in the order to try them, beginning with the next one in turn. */
  candidates(): readonly Target[]
  /** Addresses of the same name in the other family, to try if this one cannot be reached. */
  others(target: Target): readonly Target[]
  /** A connection to this address failed: others are tried first for a while. */
  failed(target: Target): void
  /** A connection to this address was made: its family is the one to use. */
  worked(target: Target): void
}

export type Lookup = (name: string) => Promise<readonly string[]>

export interface ResolvedDestination extends Destination {
  /** Resolves once every name was asked for once, whatever the answer. */
  readonly ready: Promise<void>
  /** Takes other upstreams in place of the present ones; those stay in use until the new ones are known. */
  replace(addresses: readonly UpstreamAddress[]): Promise<void>
  close(): void
}

export interface ResolveOptions {
  lookup?: Lookup
  /** Milliseconds between two look-ups of every name. */
  refresh_ms?: number
  /** Told about every failed look-up; the last good addresses stay in use. */
  onFault?: (name: string, error: unknown) => void
}

const REFRESH_MS = 5_000
/** A name with more addresses than this is cut: a tap is no place for an unbounded list. */
const TARGETS_MAX = 1024
const NO_TARGETS: readonly Target[] = []
/** How long an address that refused a connection is tried after the others. */
const FAILED_MS = 10_000

/** Asks the machine's resolver, so that hosts files and search domains count. */
export async function systemLookup(name: string): Promise<readonly string[]> {
  const found = await lookup(name, { all: true, order: 'verbatim' })
  return found.map((entry) => entry.address)
}

export function labelOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/**
 * Round robin over the addresses of all upstreams. Names are resolved again every `refresh_ms` in
 * the background; a failed look-up keeps the addresses that were good before.
 */
export function createDestination(
  addresses: readonly UpstreamAddress[],
  options: ResolveOptions = {},
): ResolvedDestination {
  const ask = options.lookup ?? systemLookup
  const known = new Map<UpstreamAddress, readonly string[]>()
  const spread = new Spread()
  let upstreams = addresses
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const resolveOne = async (address: UpstreamAddress): Promise<void> => {
    try {
      const found = await ask(address.host)
      if (found.length > 0) known.set(address, found)
    } catch (error) {
      options.onFault?.(address.host, error)
    }
  }
  const publish = () => spread.use(upstreams.map((upstream) => [upstream, known.get(upstream) ?? []]))
  const refresh = async (): Promise<void> => {
    clearTimeout(timer)
    const wanted = upstreams
    const names = wanted.filter((address) => isIP(address.host) === 0)
    for (const address of wanted) if (isIP(address.host) !== 0) known.set(address, [address.host])
    if (names.length < wanted.length) publish()
    await Promise.all(names.map(resolveOne))
    if (closed || wanted !== upstreams) return
    for (const address of known.keys()) if (!wanted.includes(address)) known.delete(address)
    publish()
    if (names.length === 0) return
    timer = setTimeout(refresh, options.refresh_ms ?? REFRESH_MS)
    timer.unref()
  }

  return {
    ready: refresh(),
    replace(next) {
      upstreams = next
      return refresh()
    },
    pick: () => spread.candidates()[0],
    targets: () => spread.targets,
    candidates: () => spread.candidates(),
    others: (target) => spread.others(target),
    failed: (target) => spread.failed(target),
    worked: (target) => spread.worked(target),
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

/** Addresses of one destination, in the order in which connections try them. */
class Spread {
  /** By name: all addresses in the resolver's order (RFC 6724), and the family that connections use. */
  #names: { targets: readonly Target[]; family: number }[] = []
  #all: readonly Target[] = []
  targets: readonly Target[] = []
  readonly #failedUntil_ms = new Map<string, number>()
  #turn = 0

  use(found: readonly (readonly [UpstreamAddress, readonly string[]])[]): void {
    const before = new Map(this.#all.map((target) => [target.label, target]))
    const families = new Map(
      this.#names.flatMap(({ targets, family }) => targets.map(({ label }) => [label, family])),
    )
    const next = new Map<string, Target>()
    this.#names = found.map(([{ port, zone = '' }, hosts]) => {
      const targets = hosts.slice(0, TARGETS_MAX).map((host) => {
        const label = labelOf(host, port)
        const same = before.get(label)
        return same?.zone === zone ? same : { host, port, label, zone }
      })
      const fresh = targets.filter(({ label }) => !next.has(label))
      for (const target of fresh) next.set(target.label, target)
      const [first] = targets
      return { targets: fresh, family: families.get(first?.label ?? '') ?? isIP(first?.host ?? '') }
    })
    this.#all = [...next.values()].slice(0, TARGETS_MAX)
    for (const label of this.#failedUntil_ms.keys()) if (!next.has(label)) this.#failedUntil_ms.delete(label)
    this.#choose()
  }

  #choose(): void {
    const chosen = this.#names.flatMap(({ targets, family }) =>
      targets.filter(({ host }) => isIP(host) === family),
    )
    this.targets = chosen.slice(0, TARGETS_MAX)
  }

  candidates(): readonly Target[] {
    const { targets } = this
    if (this.#all.length < 2) return this.#all
    this.#turn = (this.#turn + 1) % targets.length
    const inTurn = [...targets.slice(this.#turn), ...targets.slice(0, this.#turn)]
    const others =
      this.#all.length === targets.length ? [] : this.#all.filter((target) => !targets.includes(target))
    const order = [...inTurn, ...others]
    if (this.#failedUntil_ms.size === 0) return order
    const now_ms = performance.now()
    const isDown = ({ label }: Target) => (this.#failedUntil_ms.get(label) ?? 0) > now_ms
    return [...order.filter((target) => !isDown(target)), ...order.filter(isDown)]
  }

  others(target: Target): readonly Target[] {
    if (this.#all.length === this.targets.length) return NO_TARGETS
    const name = this.#names.find(({ targets }) => targets.includes(target))
    return name?.targets.filter(({ host }) => isIP(host) !== isIP(target.host)) ?? NO_TARGETS
  }

  failed({ label }: Target): void {
    if (this.#all.length > 1) this.#failedUntil_ms.set(label, performance.now() + FAILED_MS)
  }

  worked(target: Target): void {
    if (this.#failedUntil_ms.size > 0) this.#failedUntil_ms.delete(target.label)
    if (this.targets.includes(target)) return
    const name = this.#names.find(({ targets }) => targets.includes(target))
    if (name === undefined) return
    name.family = isIP(target.host)
    this.#choose()
  }
}
