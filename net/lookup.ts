import { lookup } from 'node:dns/promises'

export type Lookup = (name: string) => Promise<readonly string[]>

/** Both ends of this machine's loopback, whatever the resolver knows of them (RFC 6761 section 6.3). */
const LOOPBACK = ['127.0.0.1', '::1']

/** Asks the machine's resolver, so that hosts files, search domains and its order of families (RFC 6724) count. */
export async function systemLookup(name: string): Promise<readonly string[]> {
  const found = await lookup(name, { all: true, order: 'verbatim' })
  const addresses = found.map((entry) => entry.address)
  return /^(?:.+\.)?localhost\.?$/i.test(name) ? [...new Set([...addresses, ...LOOPBACK])] : addresses
}
