import { setImmediate as immediate } from 'node:timers/promises'
import { COLUMNS, type Column } from '../../model/column.ts'

/**
 * Lines of model/row.ts -> one block of ClickHouse's Native format, column by column
 * (https://clickhouse.com/docs/interfaces/formats/Native). The engine takes such a block with an
 * eighth of the CPU that parsing the same lines costs it (docs/decisions/0003-store.md).
 *
 * The lines were checked before (ingest/check.ts); a line that is not of the form throws.
 */
const ROWS_A_TURN = 2000
const TAB = 0x09
const NEWLINE = 0x0a
const BACKSLASH = 0x5c
const QUOTE = 0x27

/** Bytes that grow: strings are written at `end`, numbers too. */
class Bytes {
  buffer: Buffer
  end = 0

  constructor(size: number) {
    this.buffer = Buffer.allocUnsafe(size)
  }

  /** Makes room for `more` bytes past `end`. */
  room(more: number): void {
    if (this.end + more <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.end + more))
    this.buffer.copy(larger, 0, 0, this.end)
    this.buffer = larger
  }

  varint(value: number): void {
    this.room(10)
    let rest = value
    while (rest >= 0x80) {
      this.buffer[this.end++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.buffer[this.end++] = rest
  }

  text(value: string): void {
    this.varint(value.length)
    this.room(value.length)
    this.end += this.buffer.write(value, this.end, 'latin1')
  }

  /** A whole number up to 2^53 in `width` bytes, little end first. */
  uint(value: number, width: number): void {
    this.room(8)
    if (width === 1) this.buffer[this.end] = value
    else {
      this.buffer.writeUInt32LE(value % 0x1_0000_0000, this.end)
      if (width === 8) this.buffer.writeUInt32LE(Math.floor(value / 0x1_0000_0000), this.end + 4)
    }
    this.end += width
  }
}

interface ColumnBytes {
  column: Column
  /** 0 text, 1 number, 2 time, 3 list, 4 map. */
  form: 0 | 1 | 2 | 3 | 4
  width: number
  type: string
  data: Bytes
  /** Lists and maps: elements so far, and the end of each row's elements. */
  elements: number
  ends: Bytes
  /** Maps: the values; the keys are in `data`. */
  values: Bytes
}

const FORMS = { micros: 2, uint: 1, hex: 0, name: 0, text: 0, enum: 0, list: 3, map: 4 } as const

function columnBytes(column: Column): ColumnBytes {
  const plain = column.type.replace(/ CODEC\(.*$/, '').replaceAll('LowCardinality(String)', 'String')
  const width = plain === 'UInt8' ? 1 : plain === 'UInt32' ? 4 : 8
  const [data, ends, values] = [new Bytes(4096), new Bytes(64), new Bytes(64)]
  return { column, form: FORMS[column.kind], width, type: plain, data, elements: 0, ends, values }
}

/** Copies a field as a string with its length before it; `\\` becomes one backslash. */
function writeText(from: Buffer, start: number, end: number, to: Bytes): void {
  const length = end - start
  to.room(length + 10)
  const { buffer } = to
  let at = to.end + 1
  for (let index = start; index < end; index++) {
    const byte = from[index]!
    buffer[at++] = byte
    if (byte === BACKSLASH) index++
  }
  const written = at - to.end - 1
  if (written < 0x80) {
    buffer[to.end] = written
    to.end = at
    return
  }
  // Text of 128 bytes and more needs a second byte of length: what was written moves up by one.
  const extra = written < 0x4000 ? 1 : 2
  buffer.copyWithin(to.end + 1 + extra, to.end + 1, at)
  to.varint(written)
  to.end = at + extra
}

/** Elements of `['a','b']` or `{'k':'v'}` in turn into `first` and `second`; answers how many. */
function writeQuoted(from: Buffer, start: number, end: number, first: Bytes, second: Bytes): number {
  let count = 0
  let index = start
  while (index < end) {
    if (from[index] !== QUOTE) {
      index++
      continue
    }
    const open = index + 1
    for (index = open; index < end && from[index] !== QUOTE; index++) {
      if (from[index] === BACKSLASH) index++
    }
    writeUnquoted(from, open, index, count % 2 === 0 ? first : second)
    count++
    index++
  }
  return count
}

function writeUnquoted(from: Buffer, start: number, end: number, to: Bytes): void {
  let length = 0
  for (let index = start; index < end; index++, length++) if (from[index] === BACKSLASH) index++
  to.varint(length)
  to.room(length)
  for (let index = start; index < end; index++) {
    if (from[index] === BACKSLASH) index++
    to.buffer[to.end++] = from[index]!
  }
}

/** Digits, with or without a point between them, as one number. */
function digits(from: Buffer, start: number, end: number): number {
  let value = 0
  for (let index = start; index < end; index++) {
    const digit = from[index]! - 0x30
    if (digit >= 0) value = value * 10 + digit
  }
  return value
}

function writeField(to: ColumnBytes, from: Buffer, start: number, end: number): void {
  if (to.form === 0) writeText(from, start, end, to.data)
  else if (to.form <= 2) to.data.uint(digits(from, start, end), to.width)
  else if (to.form === 3) {
    to.elements += writeQuoted(from, start, end, to.data, to.data)
    to.ends.uint(to.elements, 8)
  } else {
    to.elements += writeQuoted(from, start, end, to.data, to.values) / 2
    to.ends.uint(to.elements, 8)
  }
}

/**
 * @param lines checked rows of model/row.ts, each with its newline
 * @returns the bytes of one block, in pieces that follow each other
 */
export async function nativeBlock(lines: Buffer, columns: readonly Column[] = COLUMNS): Promise<Buffer[]> {
  const parts = columns.map(columnBytes)
  const width = parts.length
  let rows = 0
  let index = 0
  while (index < lines.length) {
    for (let place = 0; place < width; place++) {
      const stop = place === width - 1 ? NEWLINE : TAB
      const start = index
      while (index < lines.length && lines[index] !== stop) index++
      if (index === lines.length) throw new Error(`row ${rows + 1} ends in column ${place + 1}`)
      writeField(parts[place]!, lines, start, index)
      index++
    }
    rows++
    // A large block takes many milliseconds: requests get their turn in between.
    if (rows % ROWS_A_TURN === 0) await immediate()
  }
  const head = new Bytes(16)
  head.varint(width)
  head.varint(rows)
  const pieces = [head]
  for (const { column, type, data, ends, values, form } of parts) {
    const name = new Bytes(64)
    name.text(column.name)
    name.text(type)
    pieces.push(name, ends, data)
    if (form === 4) pieces.push(values)
  }
  return pieces.map((piece) => piece.buffer.subarray(0, piece.end))
}
