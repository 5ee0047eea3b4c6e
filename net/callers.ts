import type { BlockList } from 'node:net'
import { inNetworks, networkSet } from './ip.ts'

/**
 * Names of callers by address, as configured: a single address goes before a network, and networks
 * go in the order they are written in.
 * @param callers `10.0.0.7` or `10.0.0.0/24` -> service
 */
export function createCallerNames(
  callers: ReadonlyMap<string, string>,
): (address: string) => string | undefined {
  const networks: [BlockList, string][] = [...callers]
    .filter(([network]) => network.includes('/'))
    .map(([network, service]) => [networkSet([network]), service])
  return (address) => {
    // A dual-stack listener writes IPv4 callers in the mapped form (RFC 4291 section 2.5.5.2).
    const plain = address.startsWith('::ffff:') ? address.slice(7) : address
    return callers.get(plain) ?? networks.find(([set]) => inNetworks(set, plain))?.[1]
  }
}
