import { type RowBlock, readBlocks } from '../model/block-reader.ts'
import { DICTIONARY_FLAGS, DICTIONARY_VERSION } from '../model/block-writer.ts'
import { Bytes } from '../model/bytes.ts'
import { type CallRecord, EMPTY_RECORD } from '../model/call.ts'
import { blockType, COLUMNS, type Column, numberWidth } from '../model/column.ts'
import { encodeFitted, encodeRows } from '../model/row.ts'
import { takeMemory } from './block-memory.ts'

/**
 * A block of rows as a tap sends it -> a block of ClickHouse's Native format with every column, for the
 * table `calls`. The columns' data is the same in both, so it is copied as it is. The engine takes such
 * a block with an eighth of the CPU that parsing lines costs it, and blocks that stand one after
 * another in a file are read as one.
 */

/** The columns of a block that goes to the store now. */
export const CALL_COLUMNS: readonly string[] = COLUMNS.map((column) => column.name)

/** Names and types of the columns, and the counts. */
const HEAD_BYTES = COLUMNS.reduce((sum, column) => sum + column.name.length + column.type.length, 512)

/**
 * The good rows of a block; empty where there are none. Its memory may be given back (block-memory.ts)
 * once it is written.
 */
export function storeBlock(block: RowBlock): Buffer {
  if (block.good === 0) return Buffer.alloc(0)
  if (block.faults.size === 0 && block.storable) return nativeBlock(block)
  const records: CallRecord[] = []
  for (let row = 0; row < block.rows; row++) if (!block.faults.has(row)) records.push(block.record(row))
  return nativeBlock(readBlocks(encodeFitted(records))[0]!)
}

/** Records as one block for the store. */
export function blockOf(records: readonly CallRecord[]): Buffer {
  const [block] = readBlocks(encodeRows(records))
  return block ? storeBlock(block) : Buffer.alloc(0)
}

function nativeBlock(block: RowBlock): Buffer {
  const { rows, columns } = block
  let bytes = HEAD_BYTES
  for (const [place, column] of columns.entries())
    bytes += column ? column.data.length : defaultBytes(COLUMNS[place]!, rows)
  const out = new Bytes(takeMemory(bytes))
  out.varint(COLUMNS.length)
  out.varint(rows)
  for (const [place, column] of COLUMNS.entries()) {
    out.text(column.name)
    out.text(blockType(column))
    const given = columns[place]
    if (given) out.bytes(given.data)
    else writeDefault(out, column, rows)
  }
  return Buffer.from(out.data.buffer, 0, out.end)
}

/** Bytes that the default of a column takes in a block of so many rows, at most. */
function defaultBytes(column: Column, rows: number): number {
  return 64 + rows * 8 + String(EMPTY_RECORD[column.name]).length
}

/** A column that the sender did not know: the default of a record for each row. */
function writeDefault(out: Bytes, column: Column, rows: number): void {
  const value = EMPTY_RECORD[column.name]
  if (column.kind === 'uint' || column.kind === 'micros') {
    const width = numberWidth(column)
    for (let row = 0; row < rows; row++) out.uint(Number(value), width)
    return
  }
  if (blockType(column) === 'LowCardinality(String)') writeSameText(out, String(value), rows)
  else if (column.kind === 'list' || column.kind === 'map') zeros(out, rows * 8)
  // An empty text is a length of zero.
  else zeros(out, rows)
}

function writeSameText(out: Bytes, text: string, rows: number): void {
  out.uint(DICTIONARY_VERSION, 8)
  out.uint(DICTIONARY_FLAGS, 8)
  out.uint(1, 8)
  out.text(text)
  out.uint(rows, 8)
  zeros(out, rows)
}

function zeros(out: Bytes, bytes: number): void {
  out.room(bytes)
  out.data.fill(0, out.end, out.end + bytes)
  out.end += bytes
}
