import { createHash } from 'node:crypto'
import type { AuditEntry } from '../model/enforcement.ts'

/**
 * The audit as a chain: each hash covers its entry, the revision that came of it and the hash before, so that
 * a row changed later shows.
 */

export type Unhashed = Omit<AuditEntry, 'hash'>

/** Stands before the first entry. */
const HASH_BEFORE_FIRST = '0'.repeat(64)

/** The one way an entry is written for its hash: JSON with the keys in this order and nothing between them. */
function canonical(entry: Unhashed): string {
  const { seq, at, actor, action, reason, auto, revision, before, after } = entry
  return JSON.stringify({ seq, at, actor, action, reason, auto, revision, before, after })
}

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')

/** What a revision keeps beside its entry, as SHA-256: hex digits. @param document empty where an earlier one stays */
export function keptHash(documentNumber: number, bypass: boolean, document: string): string {
  return sha256(`${documentNumber} ${bypass ? 1 : 0} ${document}`)
}

/**
 * SHA-256 over the hash before, the entry and `keptHash` of its revision, each on a line of its own; hex.
 * @param kept empty where no revision came of it
 */
export function hashOf(entry: Unhashed, kept: string, hashBefore: string): string {
  return sha256(`${hashBefore}\n${canonical(entry)}\n${kept}`)
}

/** The end of a chain as far as it is known. */
export interface ChainEnd {
  /** 0 where there is no entry yet. */
  seq: number
  hash: string
}

export const NO_ENTRIES: ChainEnd = { seq: 0, hash: HASH_BEFORE_FIRST }

/** Looks at entries one after the other, from the first. */
export class ChainCheck {
  #end = NO_ENTRIES
  /** The first `seq` that does not follow from what stands before it; null as long as all do. */
  broken_at: number | null = null

  get end(): ChainEnd {
    return this.#end
  }

  /** @param kept `keptHash` of what the store has of the revision; empty where no revision came of it */
  next(entry: AuditEntry, kept: string): void {
    if (this.broken_at !== null) return
    const wanted = this.#end.seq + 1
    const { hash, ...unhashed } = entry
    if (entry.seq !== wanted || hash !== hashOf(unhashed, kept, this.#end.hash)) this.broken_at = wanted
    else this.#end = { seq: wanted, hash }
  }

  /** Entries missing at the end show by the end that is known from elsewhere. */
  finish(known: ChainEnd): void {
    if (this.broken_at !== null || known.seq === 0) return
    if (this.#end.seq < known.seq) this.broken_at = this.#end.seq + 1
    else if (this.#end.seq === known.seq && this.#end.hash !== known.hash) this.broken_at = known.seq
  }
}
