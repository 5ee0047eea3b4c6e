import { isIP } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import type { Address } from '../../net/address.ts'
import { labelOf } from '../../net/endpoint.ts'
import type { TapDocument } from './document.ts'

/** An upstream address at which this tap itself listens: one call would come back until no descriptor is left. */
export interface SelfLoop {
  path: (string | number)[]
  message: string
  hint: string
}

const LISTS = ['inbound', 'outbound'] as const
const LOOPBACK = ['127.0.0.1', '::1']
const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::'])

/** Every address by which this machine reaches itself besides loopback. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))
}

/** `::ffff:10.0.0.1`, `LOCALHOST` and `0:0:0:0:0:0:0:1` in the one form that is compared. */
function plain(host: string): string {
  const name = host.toLowerCase().replace(/\.$/, '')
  if (isIP(name) !== 6) return name
  const text = new URL(`http://[${name}]/`).hostname.slice(1, -1)
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(text) ?? []
  if (high === undefined || low === undefined) return text
  const bits = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16)
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.')
}

/** The addresses behind a host, as far as they can be known without asking a resolver. */
function addressesOf(host: string, own: readonly string[]): string[] {
  const name = plain(host)
  if (name === 'localhost') return LOOPBACK
  if (name === hostname().toLowerCase()) return [...LOOPBACK, ...own]
  return [name]
}

/** Whether a connection to `to` arrives at a listener on `listen`. */
function arrives(to: Address, listen: Address, own: readonly string[]): boolean {
  if (to.port !== listen.port || listen.port === 0) return false
  const listening = addressesOf(listen.host, own)
  return addressesOf(to.host, own).some((host) => {
    // A connection to the wildcard goes to loopback.
    const reached = WILDCARDS.has(host) ? LOOPBACK : [host]
    const local = isLoopback(reached[0]!) || own.includes(reached[0]!)
    return listening.some((at) => (WILDCARDS.has(at) ? local : reached.includes(at)))
  })
}

function isLoopback(host: string): boolean {
  return host === '::1' || /^127\./.test(host)
}

/** @param own addresses of this machine's interfaces */
export function selfLoops(document: TapDocument, own: readonly string[] = ownAddresses()): SelfLoop[] {
  const listening = [...LISTS, 'forwardProxy' as const].flatMap((list) =>
    (document[list] ?? []).map(({ listen }, index) => ({ listen, where: `${list} ${index + 1}` })),
  )
  return LISTS.flatMap((list) =>
    (document[list] ?? []).flatMap((entry, index) =>
      entry.to.flatMap((to) => {
        const met = listening.find(({ listen }) => arrives(to, listen, own.map(plain)))
        return met === undefined ? [] : [loopOf([list, index, 'to'], to, met.where)]
      }),
    ),
  )
}

function loopOf(path: SelfLoop['path'], to: Address, where: string): SelfLoop {
  return {
    path,
    message: `${labelOf(to.host, to.port)} is this tap's own listener (${where}): every call would come back to it`,
    hint: 'Name the address where the service itself listens; the tap needs a port of its own.',
  }
}
