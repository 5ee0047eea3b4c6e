import { randomBytes } from 'node:crypto'
import type { Store } from '../store/store.ts'
import type { Quarantine } from './ingest/quarantine.ts'
import type { Taps } from './ingest/taps.ts'

/** Every insert costs the same for one row as for many, so reports of taps wait for each other. */
const REPORT_MS = 30_000

/** Writes the small tables beside the calls: reports of taps, and rows put aside. */
export class Reports {
  readonly #store: Store
  readonly #taps: Taps
  readonly #quarantine: Quarantine
  readonly #onFailure: (error: unknown) => void
  readonly #boot = randomBytes(8).toString('hex')
  #counter = 0
  #timer: NodeJS.Timeout | undefined
  /** Lines of a block that failed: they go out again under their own token before anything newer. */
  readonly #pending = new Map<'taps' | 'quarantine', { lines: string; token: string }>()
  #writing: Promise<void> = Promise.resolve()

  constructor(store: Store, taps: Taps, quarantine: Quarantine, onFailure: (error: unknown) => void) {
    this.#store = store
    this.#taps = taps
    this.#quarantine = quarantine
    this.#onFailure = onFailure
  }

  start(): void {
    this.#timer = setInterval(() => void this.write(), REPORT_MS)
    this.#timer.unref()
  }

  /** Writes what came since the last time; a failure is told and tried again the next time. */
  write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      try {
        await this.#writeTable('taps', () => this.#taps.takeLines(Date.now()))
        await this.#writeTable('quarantine', () => this.#quarantine.takeLines(Date.now()))
      } catch (error) {
        this.#onFailure(error)
      }
    })
    return this.#writing
  }

  async #writeTable(table: 'taps' | 'quarantine', take: () => string): Promise<void> {
    let block = this.#pending.get(table)
    if (!block) {
      const lines = take()
      if (lines === '') return
      block = { lines, token: `${table}-${this.#boot}-${this.#counter++}` }
      this.#pending.set(table, block)
    }
    await this.#store.insert(table, Buffer.from(block.lines, 'latin1'), block.token)
    this.#pending.delete(table)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.write()
  }
}
