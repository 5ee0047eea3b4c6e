import { rowFault } from '../../model/row.ts'
import { rowBlock } from '../../store/row-block.ts'

/**
 * Checks the rows of a batch and makes of the good ones the block that goes to the store. A line
 * that was refused is read again the slow way for the reason, in words.
 */
export interface TimeBounds {
  /** Oldest and newest start of a call that may be stored, microseconds since 1970-01-01 UTC. */
  oldest_us: number
  newest_us: number
}

export interface BadRow {
  reason: string
  /** The line without its newline, cut. */
  line: string
}

export interface Checked {
  /** Rows that may be stored, and their block; empty where there are none. */
  rows: number
  block: Buffer
  /** Lines of the batch, good and bad. */
  total: number
  bad: BadRow[]
  /** Start and end of each bad line in the batch, one after the other. */
  places: readonly number[]
}

const LINE_SAMPLE = 512
/** Longest line that is looked at for its reason. */
const LINE_READ = 65_536

function reasonOf(line: string, ended: boolean, bounds: TimeBounds): string {
  if (!ended) return 'the last line has no newline'
  if (line.length === LINE_READ) return 'longer than any row'
  const fault = rowFault(line)
  if (fault) return fault
  const [seconds = ''] = line.split('\t', 1)
  const old = Number(seconds.replace('.', '')) < bounds.oldest_us
  return old ? 'ts: older than what the store keeps' : 'ts: too far in the future'
}

/** Checks a whole batch; see `Checked`. */
export function checkBatch(bytes: Buffer, bounds: TimeBounds): Checked {
  const { rows, total, bad: places, block } = rowBlock(bytes, bounds.oldest_us, bounds.newest_us)
  const bad: BadRow[] = []
  for (let at = 0; at < places.length; at += 2) {
    const [start, end] = [places[at]!, places[at + 1]!]
    const line = bytes.toString('latin1', start, Math.min(end, start + LINE_READ))
    bad.push({ reason: reasonOf(line, end < bytes.length, bounds), line: line.slice(0, LINE_SAMPLE) })
  }
  return { rows, block, total, bad, places }
}
