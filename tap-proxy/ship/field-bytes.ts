/** Writes the fields of a row as bytes, exactly as model/row.ts writes them as text. No string is built. */

import { putBytes } from '../../wire/put-bytes.ts'

const HEX = Buffer.from('0123456789abcdef')
const CUT = Buffer.from('[cut]')
const BACKSLASH = 0x5c
const LETTER_X = 0x78
const ZERO = 0x30

/** 1 for the bytes that stand in a field as they are. */
const PLAIN = new Uint8Array(256).map((_, byte) =>
  byte >= 0x20 && byte <= 0x7e && byte !== BACKSLASH ? 1 : 0,
)

/** Every function here takes where to write and returns where the next byte goes. */

/** Decimal digits of a whole number from 0 to 2^53; anything else is written as the nearest such number. */
export function writeUint(out: Buffer, at: number, value: number): number {
  if (!(value > 0)) {
    out[at] = ZERO
    return at + 1
  }
  if (value < 1e9) return writeSmall(out, at, value | 0)
  const whole = Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER)
  const high = Math.floor(whole / 1e9)
  return writePadded(out, writeSmall(out, at, high), whole - high * 1e9, 9)
}

function writeSmall(out: Buffer, at: number, value: number): number {
  let width = 1
  for (let limit = 10; value >= limit; limit *= 10) width++
  return writePadded(out, at, value, width)
}

/** Exactly `width` digits, with zeros in front; the value is below 2^31. */
export function writePadded(out: Buffer, at: number, value: number, width: number): number {
  let rest = value | 0
  for (let digit = at + width - 1; digit >= at; digit--) {
    const tenth = (rest / 10) | 0
    out[digit] = ZERO + rest - tenth * 10
    rest = tenth
  }
  return at + width
}

/** A name or text of at most `max` printable bytes from `bytes[start..end)`, escaped and cut as model/row.ts does. */
export function writeText(
  out: Buffer,
  at: number,
  bytes: Buffer,
  start: number,
  end: number,
  max: number,
): number {
  if (end - start > max) return writeEscaped(out, at, bytes, start, end, max)
  let target = at
  for (let index = start; index < end; index++) {
    const byte = bytes[index]!
    if (PLAIN[byte] === 0) return writeEscaped(out, at, bytes, start, end, max)
    out[target++] = byte
  }
  return target
}

function writeEscaped(
  out: Buffer,
  at: number,
  bytes: Buffer,
  start: number,
  end: number,
  max: number,
): number {
  let printed = 0
  for (let index = start; index < end && printed <= max; index++)
    printed += PLAIN[bytes[index]!] === 1 ? 1 : 4
  let room = printed > max ? max - CUT.length : max
  let target = at
  for (let index = start; index < end && room > 0; index++) {
    const byte = bytes[index]!
    if (PLAIN[byte] === 1) {
      out[target++] = byte
      room--
      continue
    }
    // One printed backslash is two on the wire; a cut may fall inside the escape.
    out[target++] = BACKSLASH
    out[target++] = BACKSLASH
    if (room > 1) out[target++] = LETTER_X
    if (room > 2) out[target++] = HEX[byte >> 4]!
    if (room > 3) out[target++] = HEX[byte & 15]!
    room -= 4
  }
  return printed > max ? putBytes(out, target, CUT) : target
}
