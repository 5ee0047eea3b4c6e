import type { CallDraft } from '../../protocol/call-draft.ts'
import type { Route } from '../../protocol/route/route-trie.ts'
import type { RoutedSink } from '../sink/routed-sink.ts'
import { ROW_BYTES_MAX, RowWriter } from './row-writer.ts'

export const ROW_BUFFER_BYTES = 262_144

/** Buffers kept for the next rows; what comes back beyond is left to the collector of garbage. */
const SPARES_MAX = 2

export interface SealedRows {
  body: Buffer
  rows: number
  /** Memory of `body` that wants to be given back by `recycle`; undefined where the body is a copy. */
  memory: Buffer | undefined
}

/**
 * Preallocated buffers that calls are written into; `onFull` takes one when no row fits any more.
 * Buffers go round: memory of its own for every batch costs page faults and garbage collections,
 * a tenth of what a record costs.
 */
export class RowBuffer implements RoutedSink {
  readonly #spares: Buffer[] = []
  readonly #bytes_max: number
  #bytes: Buffer
  readonly #writer: RowWriter
  readonly #onFull: (sealed: SealedRows) => void
  #used = 0
  #rows = 0

  constructor(tap: string, onFull: (sealed: SealedRows) => void, bytes_max = ROW_BUFFER_BYTES) {
    this.#bytes_max = Math.max(bytes_max, 2 * ROW_BYTES_MAX)
    this.#bytes = Buffer.allocUnsafeSlow(this.#bytes_max)
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

  /** What was written so far; undefined where nothing waits. Little is copied, much is handed over with its memory. */
  take(): SealedRows | undefined {
    if (this.#rows === 0) return undefined
    const written = this.#bytes.subarray(0, this.#used)
    const handOver = this.#used > this.#bytes_max / 2
    const sealed: SealedRows = {
      body: handOver ? written : Buffer.from(written),
      rows: this.#rows,
      memory: handOver ? this.#bytes : undefined,
    }
    if (handOver) this.#bytes = this.#spares.pop() ?? Buffer.allocUnsafeSlow(this.#bytes_max)
    this.#used = 0
    this.#rows = 0
    return sealed
  }

  /** Takes memory back of which nobody reads any more. */
  recycle(memory: Buffer): void {
    if (this.#spares.length < SPARES_MAX) this.#spares.push(memory)
  }
}
