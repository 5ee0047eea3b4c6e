import type { AuditAction, AuditEntry } from '../model/enforcement.ts'
import { TapmeshError } from '../model/error.ts'
import type { Store } from '../store/store.ts'
import { AUDIT, CONFIG, DATABASE } from '../store/tables.ts'
import { ChainCheck, type ChainEnd, hashOf, NO_ENTRIES, type Unhashed } from './audit-chain.ts'
import { CUT } from './change-text.ts'
import { textField } from './text-field.ts'

/**
 * The policy's history and the audit in the store, both append-only. Each row goes in under a token made
 * of its number: of two writers at once the store takes one, and the other reads that it was not him.
 */

export interface Revision {
  /** From 1. */
  number: number
  epoch: string
  at_ms: number
  actor: string
  action: AuditAction
  reason: string
  /** Revision whose document holds; 0 where there is none yet. */
  document_number: number
  bypass: boolean
}

const REVISION = `number, epoch, toUnixTimestamp64Milli(at) AS at_ms, actor, reason, document_number,
  bypass = 1 AS bypass, JSONExtractString(entry, 'action') AS action`
const ENTRY = `seq, toUnixTimestamp64Milli(at) AS at_ms, actor, action, reason, auto = 1 AS auto, revision,
  before, after, hash`

/** `keptHash` of a revision, made by the engine: documents of a whole history are much to read. */
const KEPT = `lower(hex(SHA256(concat(toString(document_number), ' ', toString(bypass), ' ', document))))`

/** Entries that no revision came of. */
const NOTES = ['join-token', 'identity'] as const satisfies readonly AuditAction[]
export type NoteAction = (typeof NOTES)[number]
const notes: ReadonlySet<AuditAction> = new Set(NOTES)

/** Entries read at a time while the chain is checked. */
const CHECK_PAGE = 2000

interface EntryRow extends Omit<AuditEntry, 'at' | 'auto'> {
  at_ms: number
  auto: boolean | number
}

function entryOf({ at_ms, auto, ...row }: EntryRow): AuditEntry {
  const { seq, actor, action, reason, revision, before, after, hash } = row
  const at = new Date(at_ms).toISOString()
  return { seq, at, actor, action, reason, auto: Boolean(auto), revision, before, after, hash }
}

const secondsOf = (at_ms: number) => (at_ms / 1000).toFixed(3)

function vanished(table: string): TapmeshError {
  return new TapmeshError(
    'TAPMESH_STORE_UNAVAILABLE',
    `the store took a row of ${table} and does not have it`,
    'Ask again; where it stays so, look at the store.',
  )
}

export class History {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** The newest revision with its entry of the audit; undefined where there is none. */
  async newest(): Promise<{ revision: Revision; entry: AuditEntry } | undefined> {
    const [row] = await this.#store.read<Revision & { entry: string }>(
      `SELECT ${REVISION}, entry FROM ${DATABASE}.${CONFIG.name} ORDER BY number DESC LIMIT 1`,
    )
    if (row === undefined) return undefined
    const { entry, ...revision } = row
    return { revision: revisionOf(revision), entry: JSON.parse(entry) as AuditEntry }
  }

  /** 0 where there is no revision. */
  async newestNumber(): Promise<number> {
    const [row] = await this.#store.read<{ number: number }>(
      `SELECT max(number) AS number FROM ${DATABASE}.${CONFIG.name}`,
    )
    return row?.number ?? 0
  }

  /** The end of the audit in the store. */
  async end(): Promise<ChainEnd> {
    const [row] = await this.#store.read<ChainEnd>(
      `SELECT seq, hash FROM ${DATABASE}.${AUDIT.name} ORDER BY seq DESC LIMIT 1`,
    )
    return row ?? NO_ENTRIES
  }

  /** A revision by its number. */
  async revision(number: number): Promise<Revision | undefined> {
    const [row] = await this.#store.read<Revision>(
      `SELECT ${REVISION} FROM ${DATABASE}.${CONFIG.name} WHERE number = {number:UInt64} LIMIT 1`,
      { number },
    )
    return row && revisionOf(row)
  }

  /** The document that was set with a revision. */
  async document(documentNumber: number): Promise<string> {
    if (documentNumber === 0) return ''
    const [row] = await this.#store.read<{ document: string }>(
      `SELECT document FROM ${DATABASE}.${CONFIG.name} WHERE number = {number:UInt64} LIMIT 1`,
      { number: documentNumber },
    )
    if (row === undefined) throw vanished(CONFIG.name)
    return row.document
  }

  /** Newest first. */
  async revisions(limit: number): Promise<Revision[]> {
    const rows = await this.#store.read<Revision>(
      `SELECT ${REVISION} FROM ${DATABASE}.${CONFIG.name} ORDER BY number DESC LIMIT {limit:UInt32}`,
      { limit },
    )
    return rows.map(revisionOf)
  }

  /** Newest first. @param before only entries with a lower `seq` */
  async entries(limit: number, before = Number.MAX_SAFE_INTEGER): Promise<AuditEntry[]> {
    const rows = await this.#store.read<EntryRow>(
      `SELECT ${ENTRY} FROM ${DATABASE}.${AUDIT.name} WHERE seq < {before:UInt64}
       ORDER BY seq DESC LIMIT {limit:UInt32}`,
      { limit, before },
    )
    return rows.map(entryOf)
  }

  /**
   * The newest entry made by a person whose lines name a feature of a service, or were too many to be kept.
   * @param mark how such a line begins @param until number of the last revision that counts
   */
  async lastChange(mark: string, until: number): Promise<AuditEntry | undefined> {
    const actions: readonly AuditAction[] = ['set', 'edit', 'undo', 'file']
    const [row] = await this.#store.read<EntryRow>(
      `SELECT ${ENTRY} FROM ${DATABASE}.${AUDIT.name}
       WHERE action IN {actions:Array(String)}
         AND toUInt64OrZero(splitByChar('.', revision)[2]) <= {until:UInt64}
         AND arrayExists(line -> startsWith(line, {mark:String}) OR match(line, {cut:String}),
           splitByChar('\\n', concat(before, '\\n', after)))
       ORDER BY seq DESC LIMIT 1`,
      { actions, until, mark, cut: CUT.source },
    )
    return row && entryOf(row)
  }

  /** Reads the whole audit anew. @param known the end as it should be @returns the first `seq` that does not follow */
  async check(known: ChainEnd): Promise<number | null> {
    const chain = new ChainCheck()
    for (let from = 0; chain.broken_at === null; ) {
      const rows = await this.#store.read<EntryRow>(
        `SELECT ${ENTRY} FROM ${DATABASE}.${AUDIT.name} WHERE seq > {from:UInt64}
         ORDER BY seq LIMIT ${CHECK_PAGE}`,
        { from },
      )
      const kept = await this.#keptOf(rows)
      for (const row of rows) {
        chain.next(entryOf(row), notes.has(row.action) ? '' : (kept.get(row.revision) ?? 'missing'))
      }
      if (rows.length < CHECK_PAGE) break
      from = rows.at(-1)!.seq
    }
    // Several rows of one number, or one that is missing, end the walk at the first that does not follow.
    chain.finish(known)
    return chain.broken_at
  }

  /** `keptHash` by the revision's name, of those that entries tell of. */
  async #keptOf(rows: readonly EntryRow[]): Promise<ReadonlyMap<string, string>> {
    const numbers = rows.flatMap(({ action, revision }) =>
      notes.has(action) ? [] : [Number(revision.split('.')[1])],
    )
    const whole = numbers.filter(Number.isSafeInteger)
    if (whole.length === 0) return new Map()
    const bounds = { low: Math.min(...whole), high: Math.max(...whole) }
    const found = await this.#store.read<{ name: string; kept: string }>(
      `SELECT concat(epoch, '.', toString(number)) AS name, ${KEPT} AS kept FROM ${DATABASE}.${CONFIG.name}
       WHERE number >= {low:UInt64} AND number <= {high:UInt64}`,
      bounds,
    )
    const kept = new Map<string, string>()
    for (const row of found) kept.set(row.name, kept.has(row.name) ? 'doubled' : row.kept)
    return kept
  }

  /**
   * Stores a revision. @param document undefined where that of an earlier revision stays
   * @returns false where another writer made a revision of that number first
   */
  async addRevision(revision: Revision, document: string | undefined, entry: AuditEntry): Promise<boolean> {
    const { number, epoch, at_ms, actor, reason, document_number, bypass } = revision
    const line = [
      number,
      epoch,
      secondsOf(at_ms),
      ...[actor, reason].map(textField),
      document_number,
      textField(document ?? ''),
      bypass ? 1 : 0,
      textField(JSON.stringify(entry)),
    ].join('\t')
    await this.#store.insert(CONFIG.name, Buffer.from(`${line}\n`), `${CONFIG.name}-${number}`)
    const [stored] = await this.#store.read<{ entry: string }>(
      `SELECT entry FROM ${DATABASE}.${CONFIG.name} WHERE number = {number:UInt64} LIMIT 1`,
      { number },
    )
    if (stored === undefined) throw vanished(CONFIG.name)
    return (JSON.parse(stored.entry) as AuditEntry).hash === entry.hash
  }

  /** Stores an entry of the audit. @returns false where another writer made one of that number first */
  async addEntry(entry: AuditEntry): Promise<boolean> {
    const { seq, at, actor, action, reason, auto, revision, before, after, hash } = entry
    const line = [
      seq,
      secondsOf(Date.parse(at)),
      textField(actor),
      action,
      textField(reason),
      auto ? 1 : 0,
      revision,
      ...[before, after].map(textField),
      hash,
    ].join('\t')
    await this.#store.insert(AUDIT.name, Buffer.from(`${line}\n`), `${AUDIT.name}-${seq}`)
    const [stored] = await this.#store.read<{ hash: string }>(
      `SELECT hash FROM ${DATABASE}.${AUDIT.name} WHERE seq = {seq:UInt64} LIMIT 1`,
      { seq },
    )
    if (stored === undefined) throw vanished(AUDIT.name)
    return stored.hash === hash
  }
}

/** An entry that follows the end of the chain. @param kept as `hashOf` takes it */
export function entryAfter(end: ChainEnd, entry: Omit<Unhashed, 'seq'>, kept: string): AuditEntry {
  const unhashed = { seq: end.seq + 1, ...entry }
  return { ...unhashed, hash: hashOf(unhashed, kept, end.hash) }
}

/** Whole revisions are named by epoch and number. */
export function revisionName({ epoch, number }: Pick<Revision, 'epoch' | 'number'>): string {
  return `${epoch}.${number}`
}

function revisionOf(row: Revision): Revision {
  return { ...row, bypass: Boolean(row.bypass) }
}
