import { TapmeshError } from './error.ts'

/** Names and types of columns are no longer. */
const LABEL_BYTES_MAX = 256

export function malformed(what: string): TapmeshError {
  return new TapmeshError(
    'TAPMESH_BATCH_MALFORMED',
    `the batch is no block of rows: ${what}`,
    'It was cut or damaged on its way, or its sender is not a tapmesh tap.',
  )
}

/** A place in bytes that moves on with each read. */
export class Cursor {
  readonly bytes: Uint8Array
  readonly end: number
  at: number

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  varint(): number {
    let [value, factor] = [0, 1]
    for (let count = 0; count < 7; count++) {
      if (this.at >= this.end) throw malformed('it ends inside a length')
      const byte = this.bytes[this.at++]!
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 0x80
    }
    throw malformed('a length has too many bytes')
  }

  /** Start of the next `bytes` bytes, which are passed over. */
  take(bytes: number): number {
    const start = this.at
    if (bytes > this.end - start) throw malformed('it ends inside a column')
    this.at = start + bytes
    return start
  }

  uint64(): number {
    return uintAt(this.bytes, this.take(8), 8)
  }

  label(): string {
    const length = this.varint()
    if (length > LABEL_BYTES_MAX) throw malformed('the name of a column is too long')
    const start = this.take(length)
    return textAt(this.bytes, start, start + length)
  }
}

export function textAt(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
}

/** A whole number of `width` bytes, little end first. */
export function uintAt(bytes: Uint8Array, at: number, width: number): number {
  let low = bytes[at]!
  if (width > 1) low |= bytes[at + 1]! << 8
  if (width > 2) low = (low | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  if (width < 8) return low
  const high =
    (bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24)) >>> 0
  return low + high * 0x1_0000_0000
}
