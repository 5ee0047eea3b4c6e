import { codeOf, describeError } from '../../model/error.ts'
import { isPoison } from '../../store/fault.ts'
import type { Store } from '../../store/store.ts'
import type { StoredBatch } from './segment.ts'
import type { SegmentRef, Wal } from './wal.ts'

/**
 * Moves segments from the write-ahead log into the store: each as one block under its own name as
 * the token, deleted when the store has it. What fails is tried again, later and later; a segment
 * that is refused for good goes batch by batch, so that a bad one never holds up the others.
 */
export interface DrainEvents {
  stored(rows: number, seconds: number): void
  refused(tap: string, rows: number, reason: string): void
  failed(error: unknown): void
}

export interface DrainSettings {
  /** Rows and bytes at which a segment is sealed, whatever its age. */
  segment_rows_max: number
  segment_bytes_max: number
  /** Age at which a segment is sealed. */
  flush_ms: number
}

export const DRAIN_DEFAULTS: DrainSettings = {
  segment_rows_max: 50_000,
  segment_bytes_max: 32 * 1024 * 1024,
  flush_ms: 3000,
}

/**
 * An insert costs the same for one row as for thousands, so it is worth waiting for more of them:
 * where they come slowly, and where they come so fast that a segment will be full soon.
 */
const SLOW_ROWS = 100
const FAST_ROWS = 5000
const PATIENCE_FACTOR = 1.7
const LOOK_MS = 250
const RETRY_MS_MIN = 500
const RETRY_MS_MAX = 30_000

interface Retry {
  failures: number
  notBefore_ms: number
}

export class Drain {
  readonly #wal: Wal
  readonly #store: Store
  readonly #settings: DrainSettings
  readonly #events: DrainEvents
  readonly #retries = new Map<string, Retry>()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #stopped = false

  constructor(wal: Wal, store: Store, settings: DrainSettings, events: DrainEvents) {
    this.#wal = wal
    this.#store = store
    this.#settings = settings
    this.#events = events
  }

  start(): void {
    this.#timer = setInterval(() => this.poke(), LOOK_MS)
    this.#timer.unref()
    this.poke()
  }

  /** Looks whether something is due; cheap, and never two at a time. */
  poke(): void {
    if (this.#stopped || this.#running) return
    if (!this.#due() && this.#next() === undefined) return
    this.#running = this.#work().finally(() => {
      this.#running = undefined
    })
  }

  #due(): boolean {
    const { current } = this.#wal
    if (!current) return false
    const { segment_rows_max, segment_bytes_max, flush_ms } = this.#settings
    const wait = current.rows < SLOW_ROWS || current.rows > FAST_ROWS
    const patience = wait ? flush_ms * PATIENCE_FACTOR : flush_ms
    return (
      current.rows >= segment_rows_max || current.bytes >= segment_bytes_max || current.age_ms >= patience
    )
  }

  /** Oldest segment whose time has come. */
  #next(): SegmentRef | undefined {
    const now = Date.now()
    return this.#wal.sealed.find(({ name }) => (this.#retries.get(name)?.notBefore_ms ?? 0) <= now)
  }

  async #work(): Promise<void> {
    try {
      if (this.#due()) await this.#wal.seal()
    } catch (error) {
      this.#events.failed(error)
    }
    for (let segment = this.#next(); segment && !this.#stopped; segment = this.#next()) {
      await this.#move(segment)
    }
  }

  async #move(segment: SegmentRef): Promise<void> {
    try {
      const { batches } = await this.#wal.read(segment.name, segment.bytes)
      const begun = performance.now()
      if (batches.length > 0) await this.#insert(batches, segment.name)
      this.#events.stored(segment.rows, (performance.now() - begun) / 1000)
      await this.#wal.remove(segment.name)
      this.#retries.delete(segment.name)
    } catch (error) {
      this.#events.failed(error)
      // A segment that is gone can not come back; everything else is tried again.
      if (codeOf(error) === 'ENOENT') await this.#wal.remove(segment.name).catch(() => {})
      else this.#postpone(segment.name)
    }
  }

  #postpone(name: string): void {
    const failures = (this.#retries.get(name)?.failures ?? 0) + 1
    const wait = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** (failures - 1))
    this.#retries.set(name, { failures, notBefore_ms: Date.now() + wait * (0.75 + Math.random() / 2) })
  }

  /** A segment that is refused for good goes batch by batch, under tokens that follow from its name. */
  async #insert(batches: readonly StoredBatch[], name: string): Promise<void> {
    const blocks = batches.map((batch) => batch.block)
    // One process writes a segment, so its batches have the same columns.
    const { columns } = batches[0]!
    try {
      await this.#store.insertCalls(blocks, name, columns)
    } catch (error) {
      if (!isPoison(error)) throw error
      for (const [index, batch] of batches.entries())
        await this.#insertAlone(batch, `${name}.${index}`, error)
    }
  }

  async #insertAlone(batch: StoredBatch, token: string, before: unknown): Promise<void> {
    try {
      await this.#store.insertCalls([batch.block], token, batch.columns)
    } catch (error) {
      if (!isPoison(error)) throw error
      const reason = `refused by the store: ${describeError(before).split('\n', 1)[0]!.slice(0, 200)}`
      this.#events.refused(batch.tap, batch.rows, reason)
    }
  }

  /** Seals and stores what is there; what cannot be stored now stays in the log. */
  async flush(): Promise<void> {
    while (this.#running) await this.#running
    this.#running = this.#everything().finally(() => {
      this.#running = undefined
    })
    await this.#running
  }

  async #everything(): Promise<void> {
    await this.#wal.seal().catch((error: unknown) => this.#events.failed(error))
    for (const segment of [...this.#wal.sealed]) {
      if (!this.#retries.has(segment.name)) await this.#move(segment)
    }
  }

  /** Stores what it can, and ends. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
    this.#stopped = true
  }
}
