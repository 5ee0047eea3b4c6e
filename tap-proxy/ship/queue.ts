import type { SealedRows } from './row-buffer.ts'

/** One batch that waits or is on its way. */
export interface Batch extends SealedRows {
  /**
   * From 1, per boot, given when it is first sent; 0 before. A batch that is sent again keeps its number,
   * so that it counts once.
   */
  seq: number
  encoding: 'identity' | 'zstd'
  /** Length of the body before it was compressed. */
  bytes: number
  /** Resolves when `body` and `encoding` no longer change. */
  settled: Promise<void> | undefined
  /** Headers under which an earlier process sent it, or meant to; undefined for a batch of this one. */
  kept: Readonly<Record<string, string>> | undefined
}

/** Batches in order, within a budget of bytes. The oldest gives way, except the one that is being sent. */
export class BatchQueue {
  readonly #batches: Batch[] = []
  readonly #onDrop: (batch: Batch) => void
  #bytes_max: number
  #bytes = 0
  #sending = false

  constructor(bytes_max: number, onDrop: (batch: Batch) => void) {
    this.#bytes_max = bytes_max
    this.#onDrop = onDrop
  }

  get bytes(): number {
    return this.#bytes
  }

  set bytes_max(bytes: number) {
    this.#bytes_max = bytes
    this.#shrink()
  }

  get length(): number {
    return this.#batches.length
  }

  get rows(): number {
    return this.#batches.reduce((sum, batch) => sum + batch.rows, 0)
  }

  /** All of them, oldest first. */
  get batches(): readonly Batch[] {
    return this.#batches
  }

  push(batch: Batch): void {
    this.#batches.push(batch)
    this.#bytes += batch.body.length
    this.#shrink()
  }

  /** The oldest batch, which stays in the queue and is safe from dropping until `release` or `shift`. */
  hold(): Batch | undefined {
    this.#sending = this.#batches.length > 0
    return this.#batches[0]
  }

  release(): void {
    this.#sending = false
    this.#shrink()
  }

  /** Takes the oldest batch away. */
  shift(): Batch | undefined {
    const batch = this.#batches.shift()
    if (batch) this.#bytes -= batch.body.length
    this.#sending = false
    return batch
  }

  /** Puts a smaller body in place of a batch's own, if the batch is still here. */
  replaceBody(batch: Batch, body: Buffer, encoding: Batch['encoding']): void {
    if (!this.#batches.includes(batch)) return
    this.#bytes += body.length - batch.body.length
    batch.body = body
    batch.encoding = encoding
  }

  #shrink(): void {
    const first = this.#sending ? 1 : 0
    while (this.#bytes > this.#bytes_max && this.#batches.length > first) {
      const [dropped] = this.#batches.splice(first, 1)
      this.#bytes -= dropped!.body.length
      this.#onDrop(dropped!)
    }
  }
}
