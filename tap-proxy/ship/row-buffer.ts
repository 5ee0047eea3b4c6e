import type { CallDraft } from '../observe/call-draft.ts'
import type { Route } from '../observe/route-trie.ts'
import type { RoutedSink } from '../observe/routed-sink.ts'
import { ROW_BYTES_MAX, RowWriter } from './row-writer.ts'

export const ROW_BUFFER_BYTES = 262_144

export interface SealedRows {
  body: Buffer
  rows: number
}

/** One preallocated buffer that calls are written into; `onFull` takes its copy when no row fits any more. */
export class RowBuffer implements RoutedSink {
  readonly #bytes: Buffer
  readonly #writer: RowWriter
  readonly #onFull: (sealed: SealedRows) => void
  #used = 0
  #rows = 0

  constructor(tap: string, onFull: (sealed: SealedRows) => void, bytes_max = ROW_BUFFER_BYTES) {
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(bytes_max, 2 * ROW_BYTES_MAX))
    this.#writer = new RowWriter({ tap, config_version: '' })
    this.#onFull = onFull
  }

  /** Rows that wait here. */
  get rows(): number {
    return this.#rows
  }

  call(draft: CallDraft, route: Route): void {
    this.#used = this.#writer.write(this.#bytes, this.#used, draft, route)
    this.#rows++
    if (this.#bytes.length - this.#used < ROW_BYTES_MAX) this.#onFull(this.take()!)
  }

  /** What was written so far, as a copy; undefined where nothing waits. */
  take(): SealedRows | undefined {
    if (this.#rows === 0) return undefined
    const sealed = { body: Buffer.from(this.#bytes.subarray(0, this.#used)), rows: this.#rows }
    this.#used = 0
    this.#rows = 0
    return sealed
  }
}
