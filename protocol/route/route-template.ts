/**
 * One segment of a path -> its place in a template. Numbers, UUIDs, hashes, tokens, dates and
 * addresses of people collapse; words stay. A hand-written tokenizer over bytes: no pattern comes
 * from outside, so no pattern can stall the tap.
 */

/** A longer segment is never a word of an interface. */
export const SEGMENT_BYTES_MAX = 64
export const ANY = '{*}'
const ID = '{id}'
const DATE = '{date}'
const EMAIL = '{email}'

const DIGIT = 1
const HEX_LETTER = 2
const LOWER = 4
const UPPER = 8
const SEPARATOR = 16
const UNSAFE = 32

/** Class of every byte; a percent sign counts as a letter, so that `caf%C3%A9` stays one token. */
const CLASS = new Uint8Array(256).map((_, byte) => {
  const char = String.fromCharCode(byte)
  if (/[0-9]/.test(char)) return DIGIT
  if (/[a-f]/.test(char)) return LOWER | HEX_LETTER
  if (/[A-F]/.test(char)) return UPPER | HEX_LETTER
  if (/[a-z%]/.test(char)) return LOWER
  if (/[A-Z]/.test(char)) return UPPER
  return byte > 0x20 && byte < 0x7f && !/[{}\\"]/.test(char) ? SEPARATOR : UNSAFE
})

/**
 * Template of `bytes[start..end)`, a segment without its slashes; parameters after `;` do not count.
 * @returns printable ASCII without a backslash or a quote, at most about SEGMENT_BYTES_MAX long
 */
export function segmentTemplate(bytes: Uint8Array, start: number, end: number): string {
  let last = start
  while (last < end && bytes[last] !== 0x3b) last++
  if (last === start) return ''
  const digits = countDigits(bytes, start, last)
  if (digits < 0) return ANY
  if (digits === last - start) return ID
  if (isEmail(bytes, start, last)) return EMAIL
  if (digits > 0 && isUuid(bytes, start, last)) return ID
  if (digits >= 6 && isDate(bytes, start, last)) return DATE
  if (last - start > SEGMENT_BYTES_MAX) return isToken(bytes, start, last) ? ID : ANY
  if (digits === 0 && last - start < 16) return latin(bytes, start, last)
  return isVersion(bytes, start, last) ? latin(bytes, start, last) : joinTokens(bytes, start, last)
}

/** The number of digits, or -1 where a byte may not stand in a template. */
function countDigits(bytes: Uint8Array, start: number, end: number): number {
  let digits = 0
  for (let at = start; at < end; at++) {
    const kind = CLASS[bytes[at]!]!
    if (kind === UNSAFE) return -1
    if (kind === DIGIT) digits++
  }
  return digits
}

/** Words and ids between separators; neighbouring ids become one. */
function joinTokens(bytes: Uint8Array, start: number, end: number): string {
  let out = ''
  let at = start
  while (at < end) {
    let stop = at
    while (stop < end && CLASS[bytes[stop]!] !== SEPARATOR) stop++
    if (!isToken(bytes, at, stop)) out += latin(bytes, at, stop)
    else if (out.endsWith(ID, out.length - 1)) out = out.slice(0, -1)
    else out += ID
    if (stop < end) out += String.fromCharCode(bytes[stop]!)
    at = stop + 1
  }
  return out
}

/** True for what a program made up: numbers, hashes, keys. */
function isToken(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start
  let digits = 0
  let hex = 0
  let seen = 0
  let run = 0
  let runMax = 0
  for (let at = start; at < end; at++) {
    const kind = CLASS[bytes[at]!]!
    seen |= kind
    run = kind === DIGIT ? run + 1 : 0
    if (run > runMax) runMax = run
    if (kind === DIGIT) digits++
    if (kind === DIGIT || kind & HEX_LETTER) hex++
  }
  if (length === 0) return false
  if (digits === length || runMax >= 4) return true
  if (hex === length && (length >= 16 || (length >= 8 && digits > 0))) return true
  if (digits > 0 && length >= 10 && seen & LOWER && seen & UPPER) return true
  return (digits >= 3 && length >= 12) || length >= 28
}

const UUID_DASHES = [8, 13, 18, 23]

function isUuid(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 36) return false
  for (let offset = 0; offset < 36; offset++) {
    const byte = bytes[start + offset]!
    if (UUID_DASHES.includes(offset) ? byte !== 0x2d : (CLASS[byte]! & (DIGIT | HEX_LETTER)) === 0)
      return false
  }
  return end - start === 36
}

/** `2026-01-31`, with or without a time behind it. */
function isDate(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 7 || end - start > 40) return false
  for (let offset = 0; offset < Math.min(10, end - start); offset++) {
    const byte = bytes[start + offset]!
    const fits = offset === 4 || offset === 7 ? byte === 0x2d : CLASS[byte] === DIGIT
    if (!fits) return false
  }
  return end - start === 7 || end - start === 10 || bytes[start + 10] === 0x54
}

/** `v1`, `v2.1`: part of the interface and not an id. */
function isVersion(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 2 || end - start > 8 || (bytes[start]! | 0x20) !== 0x76) return false
  for (let at = start + 1; at < end; at++) if (CLASS[bytes[at]!] !== DIGIT && bytes[at] !== 0x2e) return false
  return true
}

/** Something, an at sign (raw or percent-encoded), something with a dot. */
function isEmail(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start + 1; at < end - 3; at++) {
    const encoded = bytes[at] === 0x25 && bytes[at + 1] === 0x34 && bytes[at + 2] === 0x30
    if (bytes[at] === 0x40 || encoded) {
      for (let dot = at + 2; dot < end - 1; dot++) if (bytes[dot] === 0x2e) return true
      return false
    }
  }
  return false
}

function latin(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end))
}
