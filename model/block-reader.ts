import { BlockColumn, fits } from './block-column.ts'
import { Cursor, malformed } from './block-cursor.ts'
import { type CallRecord, EMPTY_RECORD } from './call.ts'
import { blockType, COLUMNS, type Column, placeOf } from './column.ts'
import { printable } from './row.ts'

/**
 * Reads blocks of model/block-writer.ts and checks every value of them. What breaks the form of a block
 * makes all of it unreadable; a value that is out of bounds is a fault of its row alone. Columns that
 * are not known here are skipped, also of a type that is not known; words that are not known are text.
 */

/** Bounds that keep a broken count from costing memory. */
const ROWS_MAX = 1_000_000
const COLUMNS_MAX = 256
/** Faults described in words for each block; further bad rows share the last description. */
const FAULTS_DESCRIBED_MAX = 1000

const KNOWN = new Map<string, Column>(COLUMNS.map((column) => [column.name, column]))
/** What a row is not without: a body of few bytes can not stand for many rows. */
const [TS, TRACE_ID, SPAN_ID] = [placeOf('ts'), placeOf('trace_id'), placeOf('span_id')]
/** One block, read and checked. */
export class RowBlock {
  readonly rows: number
  /** Names of columns that this version does not know, or not in that type. */
  readonly skipped: readonly string[]
  /** Bad rows, and why. */
  readonly faults: ReadonlyMap<number, string>
  readonly #columns: readonly (BlockColumn | undefined)[]
  readonly #faults = new Map<number, string>()

  constructor(cursor: Cursor) {
    this.faults = this.#faults
    this.rows = cursor.varint()
    const count = cursor.varint()
    if (this.rows > ROWS_MAX || count > COLUMNS_MAX) throw malformed('it has too many rows or columns')
    const found: (BlockColumn | undefined)[] = COLUMNS.map(() => undefined)
    const skipped: string[] = []
    for (let index = 0; index < count; index++) {
      const name = cursor.label()
      const type = cursor.label()
      const length = cursor.varint()
      const start = cursor.take(length)
      const column = KNOWN.get(name)
      if (!column || !fits(column, type)) {
        skipped.push(printable(name))
        continue
      }
      const place = placeOf(column.name)
      if (found[place]) throw malformed(`it has the column ${name} twice`)
      const data = cursor.bytes.subarray(start, start + length)
      const fault = (row: number, text: string): void => this.fault(row, `${name}: ${text}`)
      found[place] = new BlockColumn(column, type, data, this.rows, fault)
    }
    if (!found[TS] || !found[TRACE_ID] || !found[SPAN_ID]) throw malformed('it has no times or ids')
    this.#columns = found
    this.skipped = skipped
  }

  /** Notes a row as one that may not be stored. */
  fault(row: number, text: string): void {
    if (this.#faults.has(row)) return
    this.#faults.set(row, this.#faults.size < FAULTS_DESCRIBED_MAX ? text : 'one of many bad values')
  }

  column(name: keyof CallRecord): BlockColumn | undefined {
    return this.#columns[placeOf(name)]
  }

  /** The columns in the order of model/column.ts; undefined where the block has none of that name. */
  get columns(): readonly (BlockColumn | undefined)[] {
    return this.#columns
  }

  /** True where a good row needs no change to go to the store: every column came in the store's own type. */
  get storable(): boolean {
    return this.#columns.every((column) => column === undefined || column.type === blockType(column.column))
  }

  /** One row as a record; a column that is missing has its default. */
  record(row: number): CallRecord {
    const record: Record<string, unknown> = { ...EMPTY_RECORD }
    for (const column of this.#columns) if (column) record[column.column.name] = column.value(row)
    return record as unknown as CallRecord
  }

  /** Rows without a fault. */
  get good(): number {
    return this.rows - this.#faults.size
  }
}

/** Every block of a body. @throws TapmeshError TAPMESH_BATCH_MALFORMED */
export function readBlocks(body: Uint8Array): RowBlock[] {
  const cursor = new Cursor(body)
  const blocks: RowBlock[] = []
  while (cursor.at < cursor.end) blocks.push(new RowBlock(cursor))
  return blocks
}
