import type { CallRecord } from '../model/call.ts'
import { decodeRow, rowFault } from '../model/row.ts'

/** Told about calls as they are accepted; `skipped` calls came as well but are past the limit. */
export type CallsListener = (calls: CallRecord[], skipped: number) => void

/** Calls decoded a second: reading a row costs more than storing it. */
export const LIVE_ROWS_PER_SECOND = 200

/** Calls for the live stream. Costs nothing while nobody listens. */
export class Live {
  readonly #listeners = new Set<CallsListener>()
  readonly #now: () => number
  #second = 0
  #left = LIVE_ROWS_PER_SECOND

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** @returns a function that ends the listening */
  listen(listener: CallsListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Hands on what was accepted: the lines of a batch, of which `rows` are good. */
  accepted(lines: Buffer, rows: number): void {
    if (this.#listeners.size === 0 || rows === 0) return
    const second = Math.floor(this.#now() / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#left = LIVE_ROWS_PER_SECOND
    }
    const calls: CallRecord[] = []
    for (let start = 0; this.#left > 0 && start < lines.length; ) {
      const end = lines.indexOf('\n', start)
      if (end === -1) break
      const line = lines.toString('latin1', start, end)
      start = end + 1
      if (rowFault(line) !== undefined) continue
      calls.push(decodeRow(line))
      this.#left--
    }
    const skipped = Math.max(0, rows - calls.length)
    for (const listener of this.#listeners) listener(calls, skipped)
  }
}
