import { NAME_BYTES_MAX } from '../../model/column.ts'
import { LENGTH_BYTES_MAX, writeText } from './text-column.ts'

/**
 * Values that repeat over the rows of a block, each once, and for each row its place among them. Few
 * values come again and again, so the one met last is tried first; values are compared by identity,
 * strings by what they hold.
 */
export class RepeatedColumn<Value> {
  readonly values: Value[] = []
  /** Place in `values` for each row. */
  readonly places: Uint16Array
  readonly #known = new Map<Value, number>()
  #last: Value | undefined
  #lastPlace = 0

  constructor(rows_max: number) {
    this.places = new Uint16Array(rows_max)
  }

  add(row: number, value: Value): void {
    if (value !== this.#last || this.values.length === 0) {
      this.#last = value
      this.#lastPlace = this.#known.get(value) ?? this.#first(value)
    }
    this.places[row] = this.#lastPlace
  }

  #first(value: Value): number {
    const place = this.values.push(value) - 1
    this.#known.set(value, place)
    return place
  }

  clear(): void {
    this.values.length = 0
    this.#known.clear()
    this.#last = undefined
  }
}

const SLOTS = 1024
/** Slots looked at for a name; past them it is added once more, which costs a few bytes. */
const PROBES_MAX = 8

/** The same for short names that are bytes (methods, commands): found by their bytes, a string is made once. */
export class RepeatedNames {
  readonly values: string[] = []
  readonly places: Uint16Array
  readonly #bytes: Buffer[] = []
  /** Place of a name plus one by the hash of its bytes; 0 is free. */
  readonly #slots = new Uint16Array(SLOTS)
  readonly #text = Buffer.allocUnsafeSlow(LENGTH_BYTES_MAX + NAME_BYTES_MAX + 4)
  #lastPlace = 0

  constructor(rows_max: number) {
    this.places = new Uint16Array(rows_max)
  }

  add(row: number, bytes: Uint8Array, start: number, end: number): void {
    const last = this.#bytes[this.#lastPlace]
    if (last === undefined || !same(last, bytes, start, end)) this.#lastPlace = this.#find(bytes, start, end)
    this.places[row] = this.#lastPlace
  }

  #find(bytes: Uint8Array, start: number, end: number): number {
    let slot = hash(bytes, start, end)
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const found = this.#slots[slot]!
      if (found === 0) {
        const place = this.#first(bytes, start, end)
        this.#slots[slot] = place + 1
        return place
      }
      if (same(this.#bytes[found - 1]!, bytes, start, end)) return found - 1
      slot = (slot + 1) % SLOTS
    }
    return this.#first(bytes, start, end)
  }

  #first(bytes: Uint8Array, start: number, end: number): number {
    const stop = writeText(this.#text, 0, bytes, start, end, NAME_BYTES_MAX)
    const text = this.#text.toString('latin1', this.#text[0]! < 0x80 ? 1 : LENGTH_BYTES_MAX, stop)
    this.#bytes.push(Buffer.from(bytes.subarray(start, end)))
    return this.values.push(text) - 1
  }

  clear(): void {
    this.values.length = 0
    this.#bytes.length = 0
    this.#slots.fill(0)
    this.#lastPlace = 0
  }
}

function same(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start
  if (known.length !== length) return false
  for (let index = 0; index < length; index++) if (known[index] !== bytes[start + index]) return false
  return true
}

/** FNV-1a, as far as a table of SLOTS needs it. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let value = 0x811c9dc5
  for (let index = start; index < end; index++) value = Math.imul(value ^ bytes[index]!, 0x01000193)
  return (value >>> 0) % SLOTS
}
