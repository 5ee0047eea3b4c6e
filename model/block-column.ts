import { Cursor, malformed, textAt, uintAt } from './block-cursor.ts'
import { DICTIONARY_VERSION } from './block-writer.ts'
import { type Column, TEXT_BYTES_MAX } from './column.ts'

/** Elements of all lists of a column, and texts of a dictionary. */
const ELEMENTS_MAX = 1_000_000

const PRINTABLE = new Uint8Array(256).fill(1, 0x20, 0x7f)
const HEX = new Uint8Array(256).fill(1, 0x30, 0x3a).fill(1, 0x61, 0x67)

const DICTIONARY = 'LowCardinality(String)'
const TEXTS = 'String'
const LISTS = 'Array(String)'
const MAPS = 'Map(String, String)'
const WIDTHS: Readonly<Record<string, number>> = {
  UInt8: 1,
  UInt16: 2,
  UInt32: 4,
  UInt64: 8,
  "DateTime64(6, 'UTC')": 8,
}

const LISTS_OF: Readonly<Record<string, string>> = { list: LISTS, map: MAPS }

/** True where values of this type can be read as the column's. */
export function fits({ kind }: Column, type: string): boolean {
  if (kind === 'uint' || kind === 'micros') return WIDTHS[type] !== undefined
  const lists = LISTS_OF[kind]
  if (lists !== undefined) return type === lists
  return type === TEXTS || (type === DICTIONARY && kind !== 'hex')
}

/** Why the text may not be stored, or undefined. */
function textFault(bytes: Uint8Array, start: number, end: number, max: number): string | undefined {
  if (end - start > max) return `longer than ${max} bytes`
  for (let at = start; at < end; at++)
    if (PRINTABLE[bytes[at]!] === 0) return 'a byte outside printable ASCII'
  return undefined
}

type Fault = (row: number, text: string) => void

/** One column of a block. A number is read by `number`, a text by `text`, whatever form it came in. */
export class BlockColumn {
  readonly column: Column
  readonly type: string
  /** The data, as it may be copied into a block of the same type. */
  readonly data: Uint8Array
  readonly #width: number
  readonly #rows: number
  /** Texts of a dictionary; of a column in another form undefined. */
  readonly texts: readonly string[] | undefined
  /** Where the numbers of the rows begin in `data`, in a dictionary those into `texts`. */
  readonly #numbersAt: number
  #starts: Int32Array | undefined
  #lists: string[][] | undefined
  #maps: Record<string, string>[] | undefined

  constructor(column: Column, type: string, data: Uint8Array, rows: number, fault: Fault) {
    this.column = column
    this.type = type
    this.data = data
    this.#rows = rows
    let at = 0
    let width = WIDTHS[type] ?? 0
    if (type === DICTIONARY) {
      const read = readDictionary(data, rows, column.max, fault)
      this.texts = read.texts
      at = read.at
      width = read.width
    } else this.texts = undefined
    this.#numbersAt = at
    this.#width = width
    if (column.kind === 'uint' || column.kind === 'micros') this.#checkNumbers(fault)
    else if (type === TEXTS) this.#checkTexts(fault)
    else if (type === LISTS || type === MAPS) checkLists(data, rows, type === MAPS, fault)
  }

  #checkNumbers(fault: Fault): void {
    const { data, column } = this
    const width = this.#width
    if (data.length !== this.#rows * width) throw malformed(`${column.name} has another length`)
    const wide = column.max === Number.MAX_SAFE_INTEGER
    // A number above 2^53 shows in its highest eleven bits; narrower ones can not be that large.
    if (wide && width < 8) return
    for (let row = 0; row < this.#rows; row++) {
      const at = row * width
      if (wide ? data[at + 7] === 0 && data[at + 6]! < 0x20 : uintAt(data, at, width) <= column.max) continue
      fault(row, `not a whole number up to ${column.max}`)
    }
  }

  #checkTexts(fault: Fault): void {
    const { kind, max, name } = this.column
    const cursor = new Cursor(this.data)
    const orEmpty = name === 'parent_span_id'
    for (let row = 0; row < this.#rows; row++) {
      const length = cursor.varint()
      const start = cursor.take(length)
      if (kind === 'hex') {
        if ((length !== max && !(orEmpty && length === 0)) || !isHex(this.data, start, start + length))
          fault(row, `not ${max} hex digits`)
        continue
      }
      const wrong = textFault(this.data, start, start + length, max)
      if (wrong) fault(row, wrong)
    }
    if (cursor.at !== this.data.length) throw malformed(`${name} has another length`)
  }

  number(row: number): number {
    return uintAt(this.data, this.#numbersAt + row * this.#width, this.#width)
  }

  /** Where the text of a row begins in `data`; its end is where it stops. Only for texts that are no dictionary. */
  startOf(row: number): number {
    this.#starts ??= this.#findStarts()
    return this.#starts[2 * row]!
  }

  endOf(row: number): number {
    this.#starts ??= this.#findStarts()
    return this.#starts[2 * row + 1]!
  }

  #findStarts(): Int32Array {
    const starts = new Int32Array(2 * this.#rows)
    const cursor = new Cursor(this.data)
    for (let row = 0; row < this.#rows; row++) {
      const length = cursor.varint()
      starts[2 * row] = cursor.take(length)
      starts[2 * row + 1] = cursor.at
    }
    return starts
  }

  text(row: number): string {
    if (this.texts) return this.texts[this.number(row)]!
    return textAt(this.data, this.startOf(row), this.endOf(row))
  }

  /** The value as the record holds it; a text of a bad row comes out printable all the same. */
  value(row: number): number | string | readonly string[] | Readonly<Record<string, string>> {
    switch (this.column.kind) {
      case 'micros':
      case 'uint':
        return this.number(row)
      case 'list':
        this.#lists ??= readLists(this.data, this.#rows)
        return this.#lists[row]!
      case 'map':
        this.#maps ??= readMaps(this.data, this.#rows)
        return this.#maps[row]!
      default:
        return this.text(row)
    }
  }
}

function isHex(bytes: Uint8Array, start: number, end: number): boolean {
  let all = 1
  for (let at = start; at < end; at++) all &= HEX[bytes[at]!]!
  return all === 1
}

interface Dictionary {
  texts: string[]
  at: number
  width: number
}

function readDictionary(data: Uint8Array, rows: number, max: number, fault: Fault): Dictionary {
  const cursor = new Cursor(data)
  if (cursor.uint64() !== DICTIONARY_VERSION) throw malformed('a dictionary is of another version')
  const width = [1, 2, 4][data[8]!] ?? 0
  cursor.take(8)
  const count = cursor.uint64()
  if (width === 0 || count > ELEMENTS_MAX) throw malformed('a dictionary is of another form')
  const texts: string[] = []
  const wrong: (string | undefined)[] = []
  let bad = false
  for (let index = 0; index < count; index++) {
    const length = cursor.varint()
    const start = cursor.take(length)
    const found = textFault(data, start, start + length, max)
    if (found) {
      bad = true
      wrong[index] = found
    }
    texts.push(textAt(data, start, start + length))
  }
  if (cursor.uint64() !== rows) throw malformed('a dictionary has another number of rows')
  const { at } = cursor
  if (cursor.take(rows * width) !== at || cursor.at !== data.length)
    throw malformed('a dictionary has another length')
  for (let row = 0; row < rows; row++) {
    const place = width === 1 ? data[at + row]! : uintAt(data, at + row * width, width)
    if (place >= count) throw malformed('a row names no text of its dictionary')
    if (bad && wrong[place]) fault(row, wrong[place])
  }
  return { texts, at, width }
}

/** Ends of the elements of each row: they never fall, and the last is how many there are. */
function readEnds(cursor: Cursor, rows: number): Float64Array {
  const ends = new Float64Array(rows)
  let last = 0
  for (let row = 0; row < rows; row++) {
    const end = cursor.uint64()
    if (end < last || end > ELEMENTS_MAX) throw malformed('the elements of a list do not add up')
    ends[row] = end
    last = end
  }
  return ends
}

function checkLists(data: Uint8Array, rows: number, pairs: boolean, fault: Fault): void {
  const cursor = new Cursor(data)
  const ends = readEnds(cursor, rows)
  const bytes = new Float64Array(rows)
  for (let part = 0; part < (pairs ? 2 : 1); part++) {
    let element = 0
    for (let row = 0; row < rows; row++) {
      for (; element < ends[row]!; element++) {
        const length = cursor.varint()
        const start = cursor.take(length)
        bytes[row]! += length
        const wrong = textFault(data, start, start + length, TEXT_BYTES_MAX)
        if (wrong) fault(row, wrong)
      }
      if (bytes[row]! > TEXT_BYTES_MAX) fault(row, `longer than ${TEXT_BYTES_MAX} bytes`)
    }
  }
  if (cursor.at !== data.length) throw malformed('a list has another length')
}

function readTexts(cursor: Cursor, ends: Float64Array): string[][] {
  let element = 0
  return Array.from(ends, (end) => {
    const texts: string[] = []
    for (; element < end; element++) {
      const start = cursor.take(cursor.varint())
      texts.push(textAt(cursor.bytes, start, cursor.at))
    }
    return texts
  })
}

function readLists(data: Uint8Array, rows: number): string[][] {
  const cursor = new Cursor(data)
  return readTexts(cursor, readEnds(cursor, rows))
}

function readMaps(data: Uint8Array, rows: number): Record<string, string>[] {
  const cursor = new Cursor(data)
  const ends = readEnds(cursor, rows)
  const keys = readTexts(cursor, ends)
  const values = readTexts(cursor, ends)
  return keys.map((row, index) => Object.fromEntries(row.map((key, place) => [key, values[index]![place]!])))
}
