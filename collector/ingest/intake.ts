import { TapmeshError } from '../../model/error.ts'
import { giveMemory } from '../../store/block-memory.ts'
import type { Counts } from '../metrics/metrics.ts'
import type { Quarantine } from '../quarantine.ts'
import type { Taps } from '../taps.ts'
import type { AcceptedBatch } from './accepted.ts'
import { checkBatch } from './check.ts'
import type { BatchHead } from './head.ts'
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
  now(): number
}

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
    const { rows, block, total, bad, places } = checkBatch(body, bounds)
    if (total !== head.rows) {
      throw new TapmeshError(
        'TAPMESH_BATCH_MALFORMED',
        `the batch has ${total} rows, its header says ${head.rows}`,
        'It was cut on its way, or the sender counts otherwise.',
      )
    }
    await wal.append({ tap, boot, seq, rows, block }).finally(() => giveMemory(block))
    counts.batches++
    counts.accepted_rows += rows
    counts.accepted_bytes += body.length
    if (bad.length > 0) quarantine.add(tap, bad)
    taps.saw(head, rows, wal.ledger.gaps(tap, boot), now())
    onAccepted({ tap, lines: body, rows, bad: places })
    return { accepted: rows, quarantined: bad.length, duplicate: false }
  }
}
