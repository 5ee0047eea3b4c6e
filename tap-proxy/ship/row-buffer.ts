import { BlockWriter } from '../../model/block-writer.ts'
import type { CallDraft } from '../../protocol/call-draft.ts'
import type { Route } from '../../protocol/route/route-trie.ts'
import type { RoutedSink } from '../sink/routed-sink.ts'
import { RowColumns } from './row-columns.ts'

/** Memory of a body to begin with; a block of ordinary rows fits. */
const BODY_BYTES = 524_288
/** A body that takes less of its memory than this is copied, so that few rows never hold much. */
const HAND_OVER_BYTES = 131_072

/** Memory kept for the next bodies; what comes back beyond is left to the garbage collector. */
const SPARES_MAX = 2

export interface SealedRows {
  body: Buffer
  rows: number
  /** Memory of `body` that wants to be given back by `recycle`; undefined where the body is a copy. */
  memory: Uint8Array | undefined
}

/**
 * Takes calls into columns; `onFull` gets them as the body of a batch when no row fits any more. Memory
 * of bodies goes round: memory of its own for every batch costs page faults and garbage collections, a
 * tenth of what a record costs.
 */
export class RowBuffer implements RoutedSink {
  readonly #spares: Uint8Array[] = []
  readonly #columns: RowColumns
  readonly #onFull: (sealed: SealedRows) => void

  constructor(tap: string, onFull: (sealed: SealedRows) => void) {
    this.#columns = new RowColumns(tap)
    this.#onFull = onFull
  }

  /** Rows that wait here. */
  get rows(): number {
    return this.#columns.rows
  }

  call(draft: CallDraft, route: Route): void {
    this.#columns.write(draft, route)
    if (this.#columns.full) this.#onFull(this.take()!)
  }

  /** What was written so far; undefined where nothing waits. */
  take(): SealedRows | undefined {
    const { rows } = this.#columns
    if (rows === 0) return undefined
    const spare = this.#spares.pop() ?? Buffer.allocUnsafeSlow(BODY_BYTES)
    const writer = new BlockWriter(spare)
    this.#columns.seal(writer)
    const { data, end } = writer.out
    const body = Buffer.from(data.buffer, data.byteOffset, end)
    if (end >= HAND_OVER_BYTES) return { body, rows, memory: data }
    this.recycle(data)
    return { body: Buffer.from(body), rows, memory: undefined }
  }

  /** Takes memory back of which nobody reads any more. */
  recycle(memory: Uint8Array): void {
    if (this.#spares.length < SPARES_MAX) this.#spares.push(memory)
  }
}
