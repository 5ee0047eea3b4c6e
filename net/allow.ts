import { isIP } from 'node:net'
import { type Endpoint, endpointAt } from './endpoint.ts'
import { inNetworks, isForbiddenAddress, isNetwork, isPrivateAddress, networkSet } from './ip.ts'
import { type Lookup, systemLookup } from './lookup.ts'

/** Which destinations a forward proxy may reach. */
export interface AllowList {
  /**
   * A first look without a lookup: false where the destination is refused whatever it resolves to.
   * True for a name is only half an answer; `resolveAllowed` gives the other half.
   */
  permits(host: string, port: number): boolean
  /** Addresses to connect to in turn, each checked after resolution (DNS rebinding). */
  resolveAllowed(host: string, port: number): Promise<Allowed>
}

export type Allowed =
  | { kind: 'allowed'; targets: readonly [Endpoint, ...Endpoint[]] }
  | { kind: 'refused' }
  /** The resolver knows no address of that name. */
  | { kind: 'unknown' }

const REFUSED: Allowed = { kind: 'refused' }
const UNKNOWN: Allowed = { kind: 'unknown' }

export interface AllowOptions {
  lookup?: Lookup
  /** Monotonic clock in milliseconds. */
  now?: () => number
}

/** How long an answer of the resolver is used again, and for how many names. */
const NAME_TTL_MS = 5_000
const NAMES_MAX = 1024

interface KnownName {
  addresses: readonly string[]
  until: number
  turn: number
}

/** Names of metadata services that answer on addresses which may change. */
const FORBIDDEN_NAMES = new Set(['metadata.google.internal', 'metadata', 'instance-data'])

/**
 * @param entries host names, `*.suffix`, addresses or networks. They add to the default, which is
 * every private address; link-local and metadata addresses are refused even where they are listed.
 */
export function createAllowList(entries: readonly string[], options: AllowOptions = {}): AllowList {
  const ask = options.lookup ?? systemLookup
  const now = options.now ?? (() => performance.now())
  const networks = networkSet(entries)
  const names = new Set(entries.filter((entry) => !isNetwork(entry)).map((entry) => entry.toLowerCase()))
  const known = new Map<string, KnownName>()

  const listed = (name: string): boolean => {
    if (names.has(name)) return true
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      if (names.has(`*${name.slice(dot)}`)) return true
    }
    return false
  }
  const allowedAddress = (address: string, byName: boolean): boolean =>
    !isForbiddenAddress(address) && (byName || isPrivateAddress(address) || inNetworks(networks, address))

  const addressesOf = async (name: string): Promise<KnownName | undefined> => {
    const before = known.get(name)
    if (before && before.until > now()) return before
    const addresses = await ask(name).catch((): readonly string[] => [])
    if (addresses.length === 0) return undefined
    if (known.size >= NAMES_MAX) known.delete(known.keys().next().value!)
    const entry = { addresses, until: now() + NAME_TTL_MS, turn: 0 }
    known.set(name, entry)
    return entry
  }

  return {
    permits(host, port) {
      const name = nameOf(host)
      if (!(port > 0 && port < 65_536) || name === '') return false
      return isIP(name) === 0 ? !FORBIDDEN_NAMES.has(name) : allowedAddress(name, listed(name))
    },
    async resolveAllowed(host, port) {
      if (!this.permits(host, port)) return REFUSED
      const name = nameOf(host)
      if (isIP(name) !== 0) return { kind: 'allowed', targets: [endpointAt(name, port)] }
      const found = await addressesOf(name)
      if (!found) return UNKNOWN
      const byName = listed(name)
      // One bad address among good ones condemns the name: an attacker's zone mixes them on purpose.
      if (!found.addresses.every((address) => allowedAddress(address, byName))) return REFUSED
      found.turn = (found.turn + 1) % found.addresses.length
      const inTurn = [...found.addresses.slice(found.turn), ...found.addresses.slice(0, found.turn)]
      const [first, ...others] = inTurn.map((address) => endpointAt(address, port))
      return { kind: 'allowed', targets: [first!, ...others] }
    },
  }
}

/** Lower case, without the brackets of an IPv6 literal and without the root's dot. */
function nameOf(host: string): string {
  const plain = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  return plain.toLowerCase().replace(/\.$/, '')
}
