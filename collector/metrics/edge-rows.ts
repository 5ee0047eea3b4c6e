import type { BlockColumn } from '../../model/block-column.ts'
import type { RowBlock } from '../../model/block-reader.ts'
import type { CallRecord, Outcome } from '../../model/call.ts'
import { EMPTY_RECORD } from '../../model/call.ts'
import { isFailed } from '../../model/outcome.ts'
import type { AcceptedBatch } from '../ingest/accepted.ts'

/** The ends of a row's edge; rows that agree in them share one object, which remembers where they count. */
export interface Ends<Counted> {
  reporter: string
  source: string
  destination: string
  protocol: string
  /** Filled by who counts, and looked up no more. */
  counted: Counted | undefined
}

/** What the service graph counts of one row. */
export interface EdgeRow<Counted> {
  ends: Ends<Counted>
  duration_us: number
  failed: boolean
  attributes(): Readonly<Record<string, string>>
}

/** Ends remembered, most rows repeat those of another. */
const ENDS_MAX = 20_000
const NAMES = ['reporter', 'source', 'destination', 'protocol'] as const

/** Reads of the good rows of a batch what the service graph needs, without making records. */
export class EdgeRows<Counted> {
  readonly #ends = new Map<string, Ends<Counted>>()

  /** @param take is handed the same object for every row */
  each(batch: AcceptedBatch, take: (row: EdgeRow<Counted>) => void): void {
    for (const block of batch.blocks) this.#eachOf(block, take)
  }

  #eachOf(block: RowBlock, take: (row: EdgeRow<Counted>) => void): void {
    let at = 0
    const row: EdgeRow<Counted> = {
      ends: { reporter: '', source: '', destination: '', protocol: '', counted: undefined },
      duration_us: 0,
      failed: false,
      attributes: () => block.record(at).attributes,
    }
    const names = NAMES.map((name) => block.column(name))
    const durations = block.column('duration_us')
    const failures = failuresOf(block)
    /** Ends by the places of their names in the block's dictionaries. */
    const known = new Map<number, Ends<Counted>>()
    for (; at < block.rows; at++) {
      if (block.faults.size > 0 && block.faults.has(at)) continue
      const key = placesOf(names, at)
      let ends = known.get(key)
      if (!ends) {
        ends = this.#endsOf(names, at)
        if (key >= 0) known.set(key, ends)
      }
      row.ends = ends
      row.duration_us = durations ? durations.number(at) : 0
      row.failed = failures(at)
      take(row)
    }
  }

  #endsOf(names: readonly (BlockColumn | undefined)[], row: number): Ends<Counted> {
    const texts = NAMES.map((name, index) => names[index]?.text(row) ?? textOf(name))
    const key = texts.join('\t')
    let ends = this.#ends.get(key)
    if (!ends) {
      const [reporter, source, destination, protocol] = texts as [string, string, string, string]
      ends = { reporter, source, destination, protocol, counted: undefined }
      if (this.#ends.size >= ENDS_MAX) this.#ends.clear()
      this.#ends.set(key, ends)
    }
    return ends
  }
}

const textOf = (name: (typeof NAMES)[number]): CallRecord[typeof name] => EMPTY_RECORD[name]

/** One number for the four names of a row; -1 where a dictionary is too large, or a name is in none. */
function placesOf(names: readonly (BlockColumn | undefined)[], row: number): number {
  let key = 0
  for (let index = 0; index < names.length; index++) {
    const column = names[index]
    if (column === undefined) continue
    if (column.texts === undefined || column.texts.length > 0x1000) return -1
    key = key * 0x1000 + column.number(row)
  }
  return key
}

/** Whether a row's outcome counts as a failure; looked up once for each word of the block. */
function failuresOf(block: RowBlock): (row: number) => boolean {
  const column = block.column('outcome')
  if (!column) return () => false
  const { texts } = column
  if (!texts) return (row) => isFailed(column.text(row) as Outcome)
  const failed = texts.map((text) => isFailed(text as Outcome))
  return (row) => failed[column.number(row)]!
}
