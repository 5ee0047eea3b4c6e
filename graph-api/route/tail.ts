import type { CallRecord } from '../../model/call.ts'
import type { CallsEvent } from '../contract.ts'
import { callOfRecord } from '../query/call.ts'
import { filterPredicate } from '../query/filter.ts'
import type { CallFilters } from '../schema/parameters.ts'

/** Calls one reader is shown a second; what is beyond is counted. */
export const TAIL_ROWS_PER_SECOND = 200

/**
 * The live tail of one reader: calls that pass its filters, up to the limit a second.
 * `skipped` counts matching calls that were left out, and calls the collector did not hand on at all.
 */
export class Tail {
  readonly #wanted: (call: CallRecord) => boolean
  #waiting: CallRecord[] = []
  #skipped = 0
  #second = -1
  #left = TAIL_ROWS_PER_SECOND

  constructor(filters: CallFilters) {
    this.#wanted = filterPredicate(filters)
  }

  /** @param unseen calls that came too but were not handed on @param now_ms wall clock */
  take(calls: readonly CallRecord[], unseen: number, now_ms: number): void {
    const second = Math.floor(now_ms / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#left = TAIL_ROWS_PER_SECOND
    }
    this.#skipped += unseen
    for (const call of calls) {
      if (!this.#wanted(call)) continue
      if (this.#left > 0) {
        this.#left -= 1
        this.#waiting.push(call)
      } else this.#skipped += 1
    }
  }

  /** What is to be sent now, or undefined where there is nothing. */
  drain(): CallsEvent | undefined {
    if (this.#waiting.length === 0 && this.#skipped === 0) return undefined
    const event = { calls: this.#waiting.map(callOfRecord), skipped: this.#skipped }
    this.#waiting = []
    this.#skipped = 0
    return event
  }

  /** The reader could not take an event: its calls count as skipped. */
  lost(event: CallsEvent): void {
    this.#skipped += event.calls.length + event.skipped
  }
}
