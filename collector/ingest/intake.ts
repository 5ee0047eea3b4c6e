import type { RowBlock } from '../../model/block-reader.ts'
import { TapmeshError } from '../../model/error.ts'
import { giveMemory } from '../../store/block-memory.ts'
import { CALL_COLUMNS, storeBlock } from '../../store/row-block.ts'
import type { Counts } from '../metrics/metrics.ts'
import type { AcceptedBatch } from './accepted.ts'
import { checkBatch } from './check.ts'
import type { BatchHead } from './head.ts'
import type { Quarantine } from './quarantine.ts'
import type { Taps } from './taps.ts'
import type { Wal } from './wal.ts'

/** The answer to a batch. */
export interface Accepted {
  accepted: number
  quarantined: number
  duplicate: boolean
}

export interface IntakeSettings {
  /** Bytes of the write-ahead log past which taps are asked to wait. */
  wal_bytes_max: number
  /** Days of calls that the store keeps: an older call is put aside. */
  calls_days: number
}

export interface IntakeParts {
  wal: Wal
  taps: Taps
  quarantine: Quarantine
  counts: Counts
  onAccepted(batch: AcceptedBatch): void
  onWarning(text: string): void
  now(): number
}

/** Taps whose unknown columns are reported; of further ones nothing is said. */
const REPORTED_MAX = 100
const NAMED_MAX = 10

const FUTURE_US = 3600 * 1_000_000
const DAY_US = 86_400 * 1_000_000

/**
 * Takes one batch: known already, checked row by row, written ahead, counted. When `take` resolves
 * the rows are on disk, and they will be in the store exactly once.
 */
export class Intake {
  readonly #parts: IntakeParts
  readonly #settings: IntakeSettings
  /** Batches on their way to the disk: the same batch sent twice at once waits for the first. */
  readonly #flying = new Map<string, Promise<unknown>>()
  /** Taps whose unknown columns were reported. */
  readonly #reported = new Set<string>()

  constructor(parts: IntakeParts, settings: IntakeSettings) {
    this.#parts = parts
    this.#settings = settings
  }

  /** @throws TapmeshError TAPMESH_BATCH_MALFORMED, TAPMESH_COLLECTOR_BUSY, TAPMESH_DISK_FULL, TAPMESH_DATA_UNWRITABLE */
  async take(head: BatchHead, body: Buffer): Promise<Accepted> {
    const { wal, taps, now } = this.#parts
    const key = `${head.tap}\0${head.boot}\0${head.seq}`
    if (head.rows === 0 && body.length === 0) {
      wal.ledger.beat(head.tap, head.boot, head.seq)
      taps.saw(head, 0, wal.ledger.gaps(head.tap, head.boot), now())
      return { accepted: 0, quarantined: 0, duplicate: false }
    }
    for (let flying = this.#flying.get(key); flying; flying = this.#flying.get(key)) {
      await flying.catch(() => {})
    }
    if (wal.ledger.has(head.tap, head.boot, head.seq)) {
      this.#parts.counts.duplicate_batches++
      taps.saw(head, 0, wal.ledger.gaps(head.tap, head.boot), now())
      return { accepted: 0, quarantined: 0, duplicate: true }
    }
    const taken = this.#write(head, body)
    this.#flying.set(key, taken)
    try {
      return await taken
    } finally {
      this.#flying.delete(key)
    }
  }

  async #write(head: BatchHead, body: Buffer): Promise<Accepted> {
    const { wal, taps, quarantine, counts, onAccepted, now } = this.#parts
    const { tap, boot, seq } = head
    if (wal.pendingBytes + body.length > this.#settings.wal_bytes_max) {
      throw new TapmeshError(
        'TAPMESH_COLLECTOR_BUSY',
        'the write-ahead log is full because the store does not take its segments',
        'The tap keeps the batch and sends it again; look at the store.',
      )
    }
    const now_us = now() * 1000
    const bounds = { oldest_us: now_us - this.#settings.calls_days * DAY_US, newest_us: now_us + FUTURE_US }
    const { blocks, rows, total, bad, skipped } = checkBatch(body, head.format, bounds)
    if (total !== head.rows) {
      throw new TapmeshError(
        'TAPMESH_BATCH_MALFORMED',
        `the batch has ${total} rows, its header says ${head.rows}`,
        'It was cut on its way, or the sender counts otherwise.',
      )
    }
    const block = storedOf(blocks)
    await wal.append({ tap, boot, seq, rows, block, columns: CALL_COLUMNS }).finally(() => giveMemory(block))
    counts.batches++
    counts.accepted_rows += rows
    counts.accepted_bytes += body.length
    if (bad.length > 0) quarantine.add(tap, bad)
    taps.saw(head, rows, wal.ledger.gaps(tap, boot), now())
    if (skipped.length > 0) this.#skip(tap, skipped)
    onAccepted({ tap, blocks, rows })
    return { accepted: rows, quarantined: bad.length, duplicate: false }
  }

  /** A newer tap knows more columns; its rows are stored without them until this collector is upgraded. */
  #skip(tap: string, names: readonly string[]): void {
    this.#parts.counts.skipped_columns += names.length
    if (this.#reported.has(tap) || this.#reported.size >= REPORTED_MAX) return
    this.#reported.add(tap)
    this.#parts.onWarning(
      `tap ${tap} sends columns that this version does not know and leaves out: ${names.slice(0, NAMED_MAX).join(', ')}`,
    )
  }
}

/** The good rows of a batch as the store takes them. */
function storedOf(blocks: readonly RowBlock[]): Buffer {
  const [first, ...more] = blocks.map(storeBlock).filter((block) => block.length > 0)
  if (!first) return Buffer.alloc(0)
  return more.length === 0 ? first : Buffer.concat([first, ...more])
}
