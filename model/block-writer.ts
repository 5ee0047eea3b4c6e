import { Bytes } from './bytes.ts'

/**
 * Writes blocks of rows: the one form in which calls go from a tap to the collector and from there to
 * the store. A body is one block after another; in each, column by column,
 *
 *     varint rows, varint columns, then for each column: name, type, varint bytes, data
 *
 * A text is its length as a varint and its bytes, printable ASCII. The data of a column is what
 * ClickHouse's Native format has for its type (https://clickhouse.com/docs/interfaces/formats/Native):
 * numbers little end first; `LowCardinality(String)` the distinct texts of the block and a number into
 * them for each row; lists and maps the end of each row's elements, then the elements. The names and
 * lengths make a block readable by another version: it skips columns it does not know, and fills in
 * those that are missing (model/block-reader.ts).
 */
export const BLOCK_CONTENT_TYPE = 'application/vnd.tapmesh.rows'

/** Version of LowCardinality's form, and its flags: the texts stand in the block itself. */
export const DICTIONARY_VERSION = 1
export const DICTIONARY_FLAGS = 0x600
/** Bytes of a length that is known only after what it measures. */
const LENGTH_BYTES = 5

export class BlockWriter {
  readonly out: Bytes

  constructor(memory?: Uint8Array) {
    this.out = new Bytes(memory)
  }

  begin(rows: number, columns: number): void {
    this.out.varint(rows)
    this.out.varint(columns)
  }

  /** One column of whole numbers of `width` bytes (1, 2, 4 or 8); what is out of bounds becomes the nearest that is not. */
  numbers(name: string, type: string, width: number, values: ArrayLike<number>, rows: number): void {
    const { out } = this
    this.#head(name, type)
    out.varint(rows * width)
    out.room(rows * width)
    const view = new DataView(out.data.buffer, out.data.byteOffset + out.end, rows * width)
    const max = width === 8 ? Number.MAX_SAFE_INTEGER : 2 ** (8 * width) - 1
    for (let row = 0; row < rows; row++) {
      const value = values[row]!
      const whole = value > 0 ? Math.min(value, max) : 0
      if (width === 1) view.setUint8(row, whole)
      else if (width === 2) view.setUint16(row * 2, whole, true)
      else view.setUint32(row * width, whole, true)
      if (width === 8) view.setUint32(row * 8 + 4, whole / 0x1_0000_0000, true)
    }
    out.end += rows * width
  }

  /** One column whose data is ready: numbers of one byte, or texts with their lengths. */
  ready(name: string, type: string, data: Uint8Array): void {
    this.#head(name, type)
    this.out.varint(data.length)
    this.out.bytes(data)
  }

  /** One column of texts. */
  texts(name: string, type: string, texts: readonly string[]): void {
    this.#head(name, type)
    const start = this.#beginLength()
    for (const text of texts) this.out.text(text)
    this.#endLength(start)
  }

  /** One column of texts that repeat, given row by row. */
  repeated(name: string, type: string, texts: readonly string[]): void {
    const places = new Map<string, number>()
    const rows = texts.map((text) => {
      const known = places.get(text)
      if (known !== undefined) return known
      places.set(text, places.size)
      return places.size - 1
    })
    this.dictionary(name, type, [...places.keys()], rows, rows.length)
  }

  /**
   * One column of texts that repeat.
   * @param texts the different ones
   * @param places place in `texts` for each row
   */
  dictionary(
    name: string,
    type: string,
    texts: readonly string[],
    places: ArrayLike<number>,
    rows: number,
  ): void {
    const { out } = this
    this.#head(name, type)
    const start = this.#beginLength()
    const width = texts.length <= 0x100 ? 1 : texts.length <= 0x1_0000 ? 2 : 4
    out.uint(DICTIONARY_VERSION, 8)
    out.uint(DICTIONARY_FLAGS | (width >> 1), 8)
    out.uint(texts.length, 8)
    for (const text of texts) out.text(text)
    out.uint(rows, 8)
    out.room(rows * width + 8)
    if (width === 1) {
      const { data } = out
      const at = out.end
      for (let row = 0; row < rows; row++) data[at + row] = places[row]!
      out.end = at + rows
    } else for (let row = 0; row < rows; row++) out.uint(places[row]!, width)
    this.#endLength(start)
  }

  /** One column of lists of texts. */
  lists(name: string, type: string, lists: readonly (readonly string[])[]): void {
    this.#head(name, type)
    const start = this.#beginLength()
    this.#ends(lists)
    for (const list of lists) for (const text of list) this.out.text(text)
    this.#endLength(start)
  }

  /** One column of maps of texts. */
  maps(name: string, type: string, maps: readonly Readonly<Record<string, string>>[]): void {
    this.#head(name, type)
    const start = this.#beginLength()
    const keys = maps.map((map) => Object.keys(map))
    this.#ends(keys)
    for (const row of keys) for (const key of row) this.out.text(key)
    for (const map of maps) for (const value of Object.values(map)) this.out.text(value)
    this.#endLength(start)
  }

  #head(name: string, type: string): void {
    this.out.text(name)
    this.out.text(type)
  }

  #ends(rows: readonly (readonly string[])[]): void {
    let end = 0
    for (const row of rows) {
      end += row.length
      this.out.uint(end, 8)
    }
  }

  /** Leaves room for a length that is known later; as a varint it may have zeros in front of its end. */
  #beginLength(): number {
    this.out.room(LENGTH_BYTES)
    this.out.end += LENGTH_BYTES
    return this.out.end
  }

  #endLength(start: number): void {
    const { data, end } = this.out
    let rest = end - start
    for (let index = 0; index < LENGTH_BYTES; index++) {
      data[start - LENGTH_BYTES + index] = (rest & 0x7f) | (index < LENGTH_BYTES - 1 ? 0x80 : 0)
      rest >>>= 7
    }
  }
}
