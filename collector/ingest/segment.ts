import { randomBytes } from 'node:crypto'
import { frameHead, readFrames } from './frame.ts'
import { LINE_COLUMN_NAMES } from './line.ts'
import type { BootState } from './sequence.ts'

/**
 * What a write-ahead segment holds: first the sequences taken before it, then batches as they were
 * accepted. A segment is inserted as one block under its own name as the deduplication token.
 */
export interface StoredBatch {
  tap: string
  boot: string
  seq: number
  rows: number
  /** Columns of the block; an older version may have written it with others. */
  columns: readonly string[]
  /** The rows as ClickHouse's Native format (store/row-block.ts). */
  block: Buffer
}

export interface Segment {
  batches: StoredBatch[]
  states: BootState[]
  /** Stretches that could not be read. */
  damaged: number
}

const BATCH = 0x42
const STATES = 0x53

/** File name of a new segment: sorts by time, and is never used again, also not in a folder made anew. */
export function segmentName(now_ms: number, counter: number): string {
  const order = `${String(now_ms).padStart(14, '0')}-${String(counter).padStart(6, '0')}`
  return `${order}-${randomBytes(6).toString('hex')}.wal`
}

export const SEGMENT_NAME = /^[0-9]{14}-[0-9]{6}-[0-9a-f]{12}\.wal$/

/** Frame of a batch, in pieces; the block is not copied. */
export function batchFrame(batch: StoredBatch): Buffer[] {
  const { block, ...rest } = batch
  const about = Buffer.from(JSON.stringify(rest), 'utf8')
  const head = Buffer.allocUnsafe(3)
  head[0] = BATCH
  head.writeUInt16LE(about.length, 1)
  const payload = [head, about, block]
  return [frameHead(payload), ...payload]
}

export function statesFrame(states: readonly BootState[]): Buffer[] {
  const payload = [Buffer.from([STATES]), Buffer.from(JSON.stringify(states), 'utf8')]
  return [frameHead(payload), ...payload]
}

/** Reads a segment's bytes; what cannot be read is counted and left out. */
export function readSegment(bytes: Buffer): Segment {
  const { payloads, damaged } = readFrames(bytes)
  const segment: Segment = { batches: [], states: [], damaged }
  for (const payload of payloads) {
    try {
      if (payload[0] === STATES) {
        segment.states.push(...(JSON.parse(payload.toString('utf8', 1)) as BootState[]))
      } else if (payload[0] === BATCH) segment.batches.push(readBatch(payload))
      else segment.damaged++
    } catch {
      // A frame whose checksum holds but whose content does not was written by something else.
      segment.damaged++
    }
  }
  return segment
}

function readBatch(payload: Buffer): StoredBatch {
  const start = 3 + payload.readUInt16LE(1)
  const about = JSON.parse(payload.toString('utf8', 3, start)) as Omit<StoredBatch, 'block' | 'columns'>
  return { columns: LINE_COLUMN_NAMES, ...about, block: payload.subarray(start) }
}
