import { lookup } from 'node:dns/promises'

export type Lookup = (name: string) => Promise<readonly string[]>

/** Asks the machine's resolver, so that hosts files, search domains and its order of families (RFC 6724) count. */
export async function systemLookup(name: string): Promise<readonly string[]> {
  const found = await lookup(name, { all: true, order: 'verbatim' })
  return found.map((entry) => entry.address)
}
