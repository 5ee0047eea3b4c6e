import { type RowBlock, readBlocks } from '../../model/block-reader.ts'
import type { CallRecord } from '../../model/call.ts'
import { encodeFitted } from '../../model/row.ts'
import type { RowFormat } from './head.ts'
import { decodeLine, lineFault } from './line.ts'

/** Reads and checks the rows of a batch, in whichever form a tap of this or another version sent them. */

export interface TimeBounds {
  /** Oldest and newest start of a call that may be stored, microseconds since 1970-01-01 UTC. */
  oldest_us: number
  newest_us: number
}

export interface BadRow {
  reason: string
  /** The row as text, cut. */
  line: string
}

export interface Checked {
  blocks: readonly RowBlock[]
  /** Rows that may be stored. */
  rows: number
  /** Rows of the batch, good and bad. */
  total: number
  bad: BadRow[]
  /** Names of columns that this version does not know. */
  skipped: readonly string[]
}

const SAMPLE_MAX = 512
/** Bad rows of a batch that are shown; the rest share the last reason. */
const SAMPLES_MAX = 100

/**
 * Checks a whole batch.
 * @throws TapmeshError TAPMESH_BATCH_MALFORMED where it can not be read as rows
 */
export function checkBatch(body: Buffer, format: RowFormat, bounds: TimeBounds): Checked {
  const bad: BadRow[] = []
  const blocks = readBlocks(format === 'lines' ? blockOfLines(body, bad) : body)
  let rows = 0
  const skipped = new Set<string>()
  for (const block of blocks) {
    checkTimes(block, bounds)
    for (const [row, reason] of block.faults) {
      const line = bad.length < SAMPLES_MAX ? sampleOf(block, row) : ''
      bad.push({ reason, line })
    }
    for (const name of block.skipped) skipped.add(name)
    rows += block.good
  }
  return { blocks, rows, total: rows + bad.length, bad, skipped: [...skipped] }
}

function checkTimes(block: RowBlock, { oldest_us, newest_us }: TimeBounds): void {
  const times = block.column('ts')!
  for (let row = 0; row < block.rows; row++) {
    const ts = times.number(row)
    if (ts < oldest_us) block.fault(row, 'ts: older than what the store keeps')
    else if (ts > newest_us) block.fault(row, 'ts: too far in the future')
  }
}

function sampleOf(block: RowBlock, row: number): string {
  return JSON.stringify(block.record(row)).slice(0, SAMPLE_MAX)
}

/** Lines of version 1 as one block; those that are no rows are added to `bad`. */
function blockOfLines(body: Buffer, bad: BadRow[]): Buffer {
  const records: CallRecord[] = []
  for (let start = 0; start < body.length; ) {
    const newline = body.indexOf('\n', start)
    const end = newline === -1 ? body.length : newline
    const line = body.toString('latin1', start, end)
    const reason = newline === -1 ? 'the last line has no newline' : lineFault(line)
    if (reason === undefined) records.push(decodeLine(line))
    else bad.push({ reason, line: line.slice(0, SAMPLE_MAX) })
    start = end + 1
  }
  return encodeFitted(records)
}
