import { randomBytes } from 'node:crypto'
import type { AuditAction, AuditEntry } from '../model/enforcement.ts'
import { describeError, TapmeshError } from '../model/error.ts'
import type { PolicyFile } from '../policy/policy-file.ts'
import { type ChainEnd, keptHash } from './audit-chain.ts'
import { entryAfter, type History, type NoteAction, type Revision, revisionName } from './history.ts'
import { nothingSet, type Standing, standingOf } from './standing.ts'

/**
 * What holds now, and the one way in which it changes: one change after the other, each stored before it
 * holds. A kill between the two rows of a change is mended at the next start: the revision carries its
 * entry of the audit.
 */

/** A change that was checked and is to be stored. */
export interface Draft {
  action: AuditAction
  actor: string
  reason: string
  /** Control does it by itself. */
  auto: boolean
  before: string
  after: string
  /** With what the reader made of it; undefined where the document stays. */
  document?: { text: string; file: PolicyFile } | undefined
  /** Undefined where it stays. */
  bypass?: boolean | undefined
}

/** What is done without a new revision: tokens and certificates. */
export interface Note extends Pick<AuditEntry, 'actor' | 'reason' | 'auto' | 'before' | 'after'> {
  action: NoteAction
}

/** Changes that wait for those before them. */
const WAITING_MAX = 100
/** Time between two looks at a store that did not answer. */
const RELOAD_MS = 2000

export interface LedgerOptions {
  history: History
  /** Wall clock, milliseconds. */
  now: () => number
  onWarning: (text: string) => void
  /** Awaited before what the store has holds. */
  beforeLoaded?: (() => Promise<void> | undefined) | undefined
  /** Told when something else holds. */
  onStanding: (standing: Standing) => void
  /** How often the store is asked whether another program changed the policy; undefined: it is the only one. */
  follow_ms?: number | undefined
}

export class Ledger {
  readonly #options: LedgerOptions
  #standing = nothingSet()
  #end: ChainEnd = { seq: 0, hash: '' }
  #queue: Promise<unknown> = Promise.resolve()
  #waiting = 0
  /** The store failed in mid-change: what holds is what it has, which is not known. */
  #unsure = false
  #reloading: NodeJS.Timeout | undefined
  #following: NodeJS.Timeout | undefined
  /** The same trouble is told once, until it went well again. */
  #warned = false

  constructor(options: LedgerOptions) {
    this.#options = options
    if (options.follow_ms === undefined) return
    this.#following = setInterval(() => void this.#follow(), options.follow_ms)
    this.#following.unref()
  }

  get standing(): Standing {
    return this.#standing
  }

  /** The end of the audit as it should be in the store. */
  get end(): ChainEnd {
    return this.#end
  }

  /** Reads what holds out of the store, and mends what a kill left half done. */
  async load(): Promise<void> {
    const { history } = this.#options
    const newest = await history.newest()
    let end = await history.end()
    if (newest !== undefined && newest.entry.seq > end.seq) {
      // Entries missing before this one were taken away, which the check of the chain tells.
      if (newest.entry.seq === end.seq + 1) await history.addEntry(newest.entry)
      end = { seq: newest.entry.seq, hash: newest.entry.hash }
    }
    await this.#options.beforeLoaded?.()
    this.#end = end
    const before = this.#standing.revision
    if (newest === undefined) this.#standing = nothingSet()
    else {
      const { revision } = newest
      const setBy = await history.revision(revision.document_number)
      const document = await history.document(revision.document_number)
      this.#standing = standingOf(revision, setBy, document)
    }
    this.#unsure = false
    this.#warned = false
    const { fault, revision } = this.#standing
    if (fault !== undefined) {
      this.#options.onWarning(`the policy of revision ${revision} cannot be read and sets nothing: ${fault}`)
    }
    if (revision !== before) this.#options.onStanding(this.#standing)
  }

  /**
   * Runs one change after those before it.
   * @param make checks and drafts it against what holds; undefined where nothing is to be changed
   * @returns the revision that holds afterwards
   * @throws TapmeshError as `make` does; TAPMESH_CONTROL_BUSY, TAPMESH_STORE_UNAVAILABLE, TAPMESH_CONFIG_CHANGED
   */
  change(make: (standing: Standing) => Promise<Draft | undefined>): Promise<string> {
    return this.#inTurn(async () => {
      const draft = await make(this.#standing)
      if (draft !== undefined) await this.#certainly(() => this.#store(draft))
      return this.#standing.revision
    })
  }

  /** Writes to the audit what changes no revision. @throws TapmeshError as `change` */
  note(entry: Note): Promise<void> {
    return this.#inTurn(() =>
      this.#certainly(async () => {
        const at = new Date(this.#options.now()).toISOString()
        const next = entryAfter(this.#end, { ...entry, at, revision: this.#standing.revision }, '')
        if (!(await this.#options.history.addEntry(next))) throw overtaken()
        this.#end = { seq: next.seq, hash: next.hash }
      }),
    )
  }

  async close(): Promise<void> {
    clearInterval(this.#following)
    await this.#queue
    clearTimeout(this.#reloading)
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#waiting >= WAITING_MAX) {
      throw new TapmeshError(
        'TAPMESH_CONTROL_BUSY',
        `${WAITING_MAX} changes of the policy wait for each other`,
        'Try again; where it stays so, see who changes it so often.',
      )
    }
    this.#waiting++
    const turn = this.#queue.then(async () => {
      if (this.#unsure) await this.load()
      return work()
    })
    this.#queue = turn.catch(() => {})
    try {
      return await turn
    } finally {
      this.#waiting--
    }
  }

  /** Where the store fails in mid-change, what it has is read again before anything else. */
  async #certainly(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#unsure = true
      this.#reloadLater()
      throw error
    }
  }

  async #store(draft: Draft): Promise<void> {
    const { history, now, onStanding } = this.#options
    const { newest, set_by, document, file } = this.#standing
    const at_ms = now()
    const number = (newest?.number ?? 0) + 1
    const epoch = newest?.epoch ?? randomBytes(4).toString('hex')
    const revision: Revision = {
      ...{ number, epoch, at_ms, actor: draft.actor, action: draft.action, reason: draft.reason },
      document_number: draft.document ? number : (set_by?.number ?? 0),
      bypass: draft.bypass ?? this.#standing.bypass,
    }
    const { action, actor, reason, auto, before, after } = draft
    const kept = keptHash(revision.document_number, revision.bypass, draft.document?.text ?? '')
    const at = new Date(at_ms).toISOString()
    const told = { at, actor, action, reason, auto, before, after, revision: revisionName(revision) }
    const entry = entryAfter(this.#end, told, kept)
    if (!(await history.addRevision(revision, draft.document?.text, entry))) throw overtaken()
    if (!(await history.addEntry(entry))) throw overtaken()
    this.#end = { seq: entry.seq, hash: entry.hash }
    this.#standing = {
      ...{ newest: revision, revision: revisionName(revision), bypass: revision.bypass },
      set_by: draft.document ? revision : set_by,
      document: draft.document?.text ?? document,
      file: draft.document?.file ?? file,
      fault: draft.document ? undefined : this.#standing.fault,
    }
    onStanding(this.#standing)
  }

  /** Another program may have changed the policy; a store that does not answer is told by who changes something. */
  async #follow(): Promise<void> {
    if (this.#waiting > 0) return
    const number = await this.#options.history.newestNumber().catch(() => undefined)
    if (number === undefined || number === (this.#standing.newest?.number ?? 0)) return
    this.#unsure = true
    await this.#inTurn(async () => {}).catch(() => this.#reloadLater())
  }

  #reloadLater(): void {
    clearTimeout(this.#reloading)
    this.#reloading = setTimeout(() => {
      if (!this.#unsure) return
      this.#inTurn(async () => {}).catch((error: unknown) => {
        if (!this.#warned) {
          this.#options.onWarning(
            `which revision of the policy is the newest is not known: ${describeError(error)}`,
          )
        }
        this.#warned = true
        this.#reloadLater()
      })
    }, RELOAD_MS)
    this.#reloading.unref()
  }
}

function overtaken(): TapmeshError {
  return new TapmeshError(
    'TAPMESH_CONFIG_CHANGED',
    'another writer changed the policy at the same time',
    'Look at the newest revision with "tapmesh config get", then make the change again.',
  )
}
