import { COLUMNS } from '../model/column.ts'
import { takeMemory } from './block-memory.ts'
import { Bytes, ColumnWriter, NEWLINE, TAB } from './column-writer.ts'

/**
 * Lines of model/row.ts -> one block of ClickHouse's Native format, with the lines that may not be
 * stored left out. The engine takes such a block with an eighth of the CPU that parsing the same
 * lines costs it, and blocks that stand one after another in a file are read as one.
 */
export interface RowBlock {
  /** Rows in the block. */
  rows: number
  /** Lines looked at, good and bad. */
  total: number
  /** Start and end (without the newline) of each line left out, one after the other. */
  bad: number[]
  /** Empty where no row is good. Its memory may be given back (block-memory.ts) once it is written. */
  block: Buffer
}

// Used by one call at a time from its start to its end, which never waits in between.
const writers = COLUMNS.map((column) => new ColumnWriter(column))
const last = writers.length - 1

/** Takes the line at `start` into the writers; answers the place of its newline, or -1 and takes nothing. */
function takeLine(bytes: Uint8Array, start: number): number {
  let at = start
  for (let place = 0; place <= last; place++) {
    const stop = writers[place]!.take(bytes, at, place === last ? NEWLINE : TAB)
    if (stop === -1) {
      for (let undone = place; undone >= 0; undone--) writers[undone]!.undo()
      return -1
    }
    at = stop + 1
  }
  return at - 1
}

/** Seconds with six decimals of a line that begins with them, as microseconds; NaN where it does not. */
function startOf(bytes: Uint8Array, start: number): number {
  let value = 0
  for (let index = start; bytes[index] !== TAB; index++) {
    const digit = bytes[index]! - 0x30
    if (digit >= 0 && digit <= 9) value = value * 10 + digit
    else if (digit !== -2) return Number.NaN
  }
  return value
}

/**
 * @param bytes lines, each with its newline
 * @param oldest_us a row that starts earlier, or later than `newest_us`, is left out
 */
export function rowBlock(bytes: Buffer, oldest_us = 0, newest_us = Number.POSITIVE_INFINITY): RowBlock {
  for (const writer of writers) writer.reset()
  const bad: number[] = []
  let [rows, total] = [0, 0]
  for (let start = 0; start < bytes.length; total++) {
    const ts = startOf(bytes, start)
    let end = ts >= oldest_us && ts <= newest_us ? takeLine(bytes, start) : -1
    if (end === -1) {
      const found = bytes.indexOf(NEWLINE, start)
      end = found === -1 ? bytes.length : found
      bad.push(start, end)
    } else rows++
    start = end + 1
  }
  if (rows === 0) return { rows, total, bad, block: Buffer.alloc(0) }
  // The block is a little larger than its lines: names and types of the columns come to it.
  const block = new Bytes(takeMemory(bytes.length + 4096))
  block.varint(writers.length)
  block.varint(rows)
  for (const writer of writers) writer.writeTo(block)
  return { rows, total, bad, block: Buffer.from(block.data.buffer, 0, block.end) }
}

/** True where the line, given without its newline, may be stored. */
export function isGoodLine(line: Buffer): boolean {
  for (const writer of writers) writer.reset()
  const bytes = Buffer.concat([line, Buffer.from('\n')])
  return !line.includes(NEWLINE) && takeLine(bytes, 0) === line.length
}
