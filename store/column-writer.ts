import { type Column, TEXT_BYTES_MAX } from '../model/column.ts'

/**
 * Takes the fields of one column out of checked-as-they-go lines and writes them as a column of
 * ClickHouse's Native format (https://clickhouse.com/docs/interfaces/formats/Native). The rules are
 * those of `rowFault` in model/row.ts; checking and writing are one pass because looking at every
 * byte twice would cost more than all the rest (docs/decisions/0003-store.md).
 */
export const TAB = 0x09
export const NEWLINE = 0x0a
const BACKSLASH = 0x5c
const QUOTE = 0x27
const COMMA = 0x2c
const COLON = 0x3a
const DIGITS_MAX = 16

/** Byte -> 1 where it is printable ASCII. */
const PRINTABLE = new Uint8Array(256).fill(1, 0x20, 0x7f)
/** Byte -> 1 where it is a lower-case hex digit. */
const HEX = new Uint8Array(256).fill(1, 0x30, 0x3a).fill(1, 0x61, 0x67)

const MICROS = 0
const UINT = 1
const HEXES = 2
const ENUM = 3
const TEXT = 4
const LIST = 5
const MAP = 6
const FORMS = {
  micros: MICROS,
  uint: UINT,
  hex: HEXES,
  enum: ENUM,
  name: TEXT,
  text: TEXT,
  list: LIST,
  map: MAP,
}

/** Bytes that grow. */
export class Bytes {
  data: Uint8Array
  end = 0

  /** @param memory to begin with; its content does not matter, only what was written is ever read */
  constructor(memory: Uint8Array = Buffer.allocUnsafeSlow(1024)) {
    this.data = memory
  }

  room(more: number): void {
    if (this.end + more <= this.data.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.data.length * 2, this.end + more))
    larger.set(this.data.subarray(0, this.end))
    this.data = larger
  }

  varint(value: number): void {
    this.room(10)
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.data[this.end++] = (rest % 0x80) | 0x80
    this.data[this.end++] = rest
  }

  /** A whole number up to 2^53 in `width` bytes (1, 4 or 8), little end first. */
  uint(value: number, width: number): void {
    this.room(8)
    const { data, end } = this
    const low = value % 0x1_0000_0000
    data[end] = low
    if (width > 1) {
      data[end + 1] = low >>> 8
      data[end + 2] = low >>> 16
      data[end + 3] = low >>> 24
    }
    if (width === 8) {
      const high = Math.floor(value / 0x1_0000_0000)
      data[end + 4] = high
      data[end + 5] = high >>> 8
      data[end + 6] = high >>> 16
      data[end + 7] = high >>> 24
    }
    this.end = end + width
  }

  text(value: string): void {
    this.varint(value.length)
    this.room(value.length)
    for (let index = 0; index < value.length; index++) this.data[this.end++] = value.charCodeAt(index)
  }
}

/** Place after the quoted string that starts at `at`, or -1 where none does. */
function afterQuoted(from: Uint8Array, at: number, end: number): number {
  if (at >= end || from[at] !== QUOTE) return -1
  for (let index = at + 1; index < end; index++) {
    if (from[index] === BACKSLASH) index++
    else if (from[index] === QUOTE) return index + 1
  }
  return -1
}

/** What stands between two quotes, without its backslashes, as a string. */
function writeUnquoted(from: Uint8Array, start: number, end: number, to: Bytes): void {
  let length = 0
  for (let index = start; index < end; index++, length++) if (from[index] === BACKSLASH) index++
  to.varint(length)
  to.room(length)
  for (let index = start; index < end; index++) {
    if (from[index] === BACKSLASH) index++
    to.data[to.end++] = from[index]!
  }
}

export class ColumnWriter {
  /** ClickHouse's type in the block; the table's own type is made from it when it is inserted. */
  readonly type: string
  readonly #name: string
  readonly #form: number
  readonly #max: number
  readonly #orEmpty: boolean
  readonly #width: number
  /** An enum's words, each with its length before it, and the one that was met last. */
  readonly #words: readonly Uint8Array[]
  #word = 0
  /** Values; of a map its keys. */
  readonly #data = new Bytes()
  /** Of a map its values. */
  readonly #values = new Bytes()
  /** Of a list or map the end of each row's elements. */
  readonly #ends = new Bytes()
  #elements = 0
  readonly #mark = { data: 0, values: 0, ends: 0, elements: 0 }

  constructor(column: Column) {
    this.type = column.type.replace(/ CODEC\(.*$/, '').replaceAll('LowCardinality(String)', 'String')
    this.#name = column.name
    this.#form = FORMS[column.kind]
    this.#max = column.max
    this.#orEmpty = column.name === 'parent_span_id'
    this.#width = this.type === 'UInt8' ? 1 : this.type === 'UInt32' ? 4 : 8
    this.#words = (column.values ?? []).map((word) =>
      Buffer.from(`${String.fromCharCode(word.length)}${word}`, 'latin1'),
    )
  }

  reset(): void {
    this.#data.end = 0
    this.#values.end = 0
    this.#ends.end = 0
    this.#elements = 0
  }

  /** Undoes the last field. */
  undo(): void {
    this.#data.end = this.#mark.data
    this.#values.end = this.#mark.values
    this.#ends.end = this.#mark.ends
    this.#elements = this.#mark.elements
  }

  /** Takes the field at `start`; answers the place of `stop` after it, or -1 where the field is not as it should be. */
  take(from: Uint8Array, start: number, stop: number): number {
    this.#mark.data = this.#data.end
    switch (this.#form) {
      case TEXT:
        return this.#text(from, start, stop)
      case UINT:
        return this.#uint(from, start, stop)
      case ENUM:
        return this.#enum(from, start, stop)
      case HEXES:
        return this.#hex(from, start, stop)
      case MICROS:
        return this.#micros(from, start, stop)
      default:
        return this.#quoted(from, start, stop)
    }
  }

  #text(from: Uint8Array, start: number, stop: number): number {
    const most = 2 * this.#max
    this.#data.room(most + 4)
    const { data, end } = this.#data
    const limit = Math.min(from.length, start + most)
    let [index, at] = [start, end + 1]
    for (; index < limit; index++) {
      const byte = from[index]!
      if (PRINTABLE[byte] === 0) break
      if (byte === BACKSLASH && (++index === limit || from[index] !== BACKSLASH)) return -1
      data[at++] = byte
    }
    if (from[index] !== stop) return -1
    const length = at - end - 1
    if (length < 0x80) {
      data[end] = length
      this.#data.end = at
      return index
    }
    // Text of 128 bytes and more needs a second byte of length: what was written moves up by one.
    data.copyWithin(end + 2, end + 1, at)
    this.#data.varint(length)
    this.#data.end = at + 1
    return index
  }

  #hex(from: Uint8Array, start: number, stop: number): number {
    const digits = this.#max
    this.#data.room(digits + 1)
    const { data, end } = this.#data
    if (this.#orEmpty && from[start] === stop) {
      data[end] = 0
      this.#data.end = end + 1
      return start
    }
    data[end] = digits
    let all = 1
    for (let index = 0; index < digits; index++) {
      const byte = from[start + index]!
      all &= HEX[byte]!
      data[end + 1 + index] = byte
    }
    if (all !== 1 || from[start + digits] !== stop) return -1
    this.#data.end = end + 1 + digits
    return start + digits
  }

  #uint(from: Uint8Array, start: number, stop: number): number {
    let [index, value] = [start, 0]
    for (; ; index++) {
      const digit = from[index]! - 0x30
      if (!(digit >= 0 && digit <= 9)) break
      value = value * 10 + digit
    }
    const length = index - start
    if (from[index] !== stop || length === 0 || length > DIGITS_MAX || value > this.#max) return -1
    if (length > 1 && from[start] === 0x30) return -1
    this.#data.uint(value, this.#width)
    return index
  }

  /** Ten digits at most, a point, six digits; written as one number of microseconds. */
  #micros(from: Uint8Array, start: number, stop: number): number {
    let [index, value, point] = [start, 0, -1]
    for (; ; index++) {
      const digit = from[index]! - 0x30
      if (digit >= 0 && digit <= 9) value = value * 10 + digit
      else if (digit === -2 && point === -1) point = index
      else break
    }
    const whole = point - start
    if (from[index] !== stop || whole < 1 || whole > 10 || index - point !== 7) return -1
    if (whole > 1 && from[start] === 0x30) return -1
    this.#data.uint(value, 8)
    return index
  }

  #enum(from: Uint8Array, start: number, stop: number): number {
    for (let tries = 0; tries < this.#words.length; tries++) {
      const which = (this.#word + tries) % this.#words.length
      const word = this.#words[which]!
      let index = 1
      while (index < word.length && word[index] === from[start + index - 1]) index++
      if (index < word.length || from[start + index - 1] !== stop) continue
      this.#word = which
      this.#data.room(word.length)
      this.#data.data.set(word, this.#data.end)
      this.#data.end += word.length
      return start + index - 1
    }
    return -1
  }

  /** `['a','b']` or `{'k':'v'}`. */
  #quoted(from: Uint8Array, start: number, stop: number): number {
    const mark = this.#mark
    mark.values = this.#values.end
    mark.ends = this.#ends.end
    mark.elements = this.#elements
    const pairs = this.#form === MAP
    const [open, close] = pairs ? [0x7b, 0x7d] : [0x5b, 0x5d]
    if (from[start] !== open) return -1
    if (from[start + 1] === close && from[start + 2] === stop) {
      this.#ends.uint(this.#elements, 8)
      return start + 2
    }
    let end = start
    while (PRINTABLE[from[end]!] === 1) end++
    if (from[end] !== stop || from[end - 1] !== close || end - start > TEXT_BYTES_MAX) return -1
    for (let at = start + 1, count = 1; ; count++) {
      const next = afterQuoted(from, at, end - 1)
      if (next === -1) return -1
      const value = !pairs || count % 2 === 0
      writeUnquoted(from, at + 1, next - 1, pairs && value ? this.#values : this.#data)
      if (value) this.#elements++
      if (next === end - 1) {
        if (!value) return -1
        this.#ends.uint(this.#elements, 8)
        return end
      }
      if (from[next] !== (value ? COMMA : COLON)) return -1
      at = next + 1
    }
  }

  /** Appends the whole column to a block. */
  writeTo(block: Bytes): void {
    block.text(this.#name)
    block.text(this.type)
    for (const { data, end } of [this.#ends, this.#data, this.#values]) {
      block.room(end)
      block.data.set(data.subarray(0, end), block.end)
      block.end += end
    }
  }
}
