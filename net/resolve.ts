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
  /** Addresses known now. */
  targets(): readonly Target[]
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

/** Asks the machine's resolver, so that hosts files and search domains count. */
export async function systemLookup(name: string): Promise<readonly string[]> {
  const found = await lookup(name, { all: true, order: 'ipv4first' })
  return found.map((entry) => entry.address)
}

export function labelOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/**
 * Round robin over all addresses of all upstreams. Names are resolved again every `refresh_ms` in
 * the background; a failed look-up keeps the addresses that were good before.
 */
export function createDestination(
  addresses: readonly UpstreamAddress[],
  options: ResolveOptions = {},
): ResolvedDestination {
  const ask = options.lookup ?? systemLookup
  const known = new Map<UpstreamAddress, readonly string[]>()
  let upstreams = addresses
  let targets: readonly Target[] = []
  let turn = 0
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
  const publish = (): void => {
    const before = new Map(targets.map((target) => [target.label, target]))
    const next = new Map<string, Target>()
    for (const upstream of upstreams) {
      for (const host of known.get(upstream) ?? []) {
        const label = labelOf(host, upstream.port)
        const zone = upstream.zone ?? ''
        const same = before.get(label)
        next.set(label, same?.zone === zone ? same : { host, port: upstream.port, label, zone })
      }
    }
    targets = [...next.values()].slice(0, TARGETS_MAX)
  }
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
    pick() {
      if (targets.length < 2) return targets[0]
      turn = (turn + 1) % targets.length
      return targets[turn]
    },
    replace(next) {
      upstreams = next
      return refresh()
    },
    targets: () => targets,
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}
