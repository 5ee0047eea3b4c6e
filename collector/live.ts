import type { CallRecord } from '../model/call.ts'
import { type AcceptedBatch, eachGoodRow } from './ingest/accepted.ts'

/** Told about calls as they are accepted; `skipped` calls came as well but are past the limit. */
export type CallsListener = (calls: CallRecord[], skipped: number) => void

/** Calls decoded a second: making a record of a row costs more than storing it. */
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

  /** Hands on what was accepted. */
  accepted(batch: AcceptedBatch): void {
    if (this.#listeners.size === 0 || batch.rows === 0) return
    const second = Math.floor(this.#now() / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#left = LIVE_ROWS_PER_SECOND
    }
    const calls: CallRecord[] = []
    eachGoodRow(batch, (block, row) => {
      if (this.#left === 0) return
      calls.push(block.record(row))
      this.#left--
    })
    const skipped = Math.max(0, batch.rows - calls.length)
    for (const listener of this.#listeners) listener(calls, skipped)
  }
}
