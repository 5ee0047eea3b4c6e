/** Texts of one column, each with its length in front, as a block of rows holds them. */

const HEX = Buffer.from('0123456789abcdef')
const CUT = Buffer.from('[cut]')
const BACKSLASH = 0x5c
const LETTER_X = 0x78

/** 1 for the bytes that may be in a text as they are. */
const PLAIN = new Uint8Array(256).map((_, byte) =>
  byte >= 0x20 && byte <= 0x7e && byte !== BACKSLASH ? 1 : 0,
)

/** Bytes of a length: texts are shorter than 16,384 bytes. */
export const LENGTH_BYTES_MAX = 2

/**
 * Writes `bytes[start..end)` at `at`, printable and cut to `max` bytes as model/row.ts does it; no string
 * is built. @returns where the next text goes
 */
export function writeText(
  out: Uint8Array,
  at: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  max: number,
): number {
  const length = end - start
  if (length > max || length >= 0x80) return writeLong(out, at, bytes, start, end, max)
  let target = at + 1
  for (let index = start; index < end; index++) {
    const byte = bytes[index]!
    if (PLAIN[byte] === 0) return writeLong(out, at, bytes, start, end, max)
    out[target++] = byte
  }
  out[at] = length
  return target
}

/** A text of any length, with any bytes. */
function writeLong(
  out: Uint8Array,
  at: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  max: number,
): number {
  const length = printedLength(bytes, start, end, max)
  const cut = length > max
  const written = cut ? max : length
  const text = writeLength(out, at, written)
  let target = text
  const stop = cut ? text + max - CUT.length : text + length
  for (let index = start; index < end && target < stop; index++) {
    const byte = bytes[index]!
    if (PLAIN[byte] === 1) out[target++] = byte
    else {
      // A cut may fall inside the escape; what is written past it is written over.
      out[target] = BACKSLASH
      out[target + 1] = LETTER_X
      out[target + 2] = HEX[byte >> 4]!
      out[target + 3] = HEX[byte & 15]!
      target += 4
    }
  }
  if (cut) out.set(CUT, stop)
  return text + written
}

/** Bytes that the printable text has; past `max` any number above it. */
function printedLength(bytes: Uint8Array, start: number, end: number, max: number): number {
  let length = 0
  for (let index = start; index < end && length <= max; index++) length += PLAIN[bytes[index]!] === 1 ? 1 : 4
  return length
}

function writeLength(out: Uint8Array, at: number, length: number): number {
  if (length < 0x80) {
    out[at] = length
    return at + 1
  }
  out[at] = (length & 0x7f) | 0x80
  out[at + 1] = length >> 7
  return at + 2
}
