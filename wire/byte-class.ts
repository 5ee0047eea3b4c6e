/**
 * Tables that say in one look what a byte may be in an HTTP/1.1 message (RFC 9110 section 5.6,
 * RFC 9112, RFC 3986). A table costs one load per byte and has no branches to mispredict.
 */

/** tchar, RFC 9110 section 5.6.2. */
export const TOKEN = 1
/** field-vchar, SP, HTAB and obs-text: what a field value may hold, RFC 9110 section 5.5. */
export const VALUE = 2
/** What a request target may hold: printable ASCII except `#`, which never goes over the wire (RFC 3986 section 3.5). */
export const TARGET = 4
/** What a host may hold outside of brackets; the comma is left out, since it is how two Host fields get merged. */
export const HOST = 8
export const DIGIT = 16
/** Inside the brackets of an IPv6 literal. */
export const IPV6 = 32
/** What a service's name in tracestate may hold. */
export const NAME = 64
/** What real servers accept in a target beyond the RFC: raw UTF-8 and `#`. Only a watching parser allows it. */
export const LOOSE_TARGET = 128

function mark(table: Uint8Array, bytes: string, flag: number): void {
  for (let index = 0; index < bytes.length; index++) table[bytes.charCodeAt(index)]! |= flag
}

function build(): Uint8Array {
  const table = new Uint8Array(256)
  const digits = '0123456789'
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
  mark(table, `${digits}${letters}!#$%&'*+-.^_\`|~`, TOKEN)
  mark(table, `${digits}${letters}-._~%!$&'()*+;=`, HOST)
  mark(table, digits, DIGIT)
  mark(table, `${digits}abcdefABCDEF:.`, IPV6)
  mark(table, `${digits}${letters}-._/@:`, NAME)
  for (let byte = 0x20; byte < 256; byte++) if (byte !== 0x7f) table[byte]! |= VALUE
  table[0x09]! |= VALUE
  for (let byte = 0x21; byte < 0x7f; byte++) if (byte !== 0x23) table[byte]! |= TARGET
  for (let byte = 0x21; byte < 256; byte++) if (byte !== 0x7f) table[byte]! |= LOOSE_TARGET
  return table
}

/** Flags of every byte. */
export const CLASS: Uint8Array = build()

function buildHex(): Int8Array {
  const table = new Int8Array(256).fill(-1)
  for (let value = 0; value < 16; value++) {
    const digit = value.toString(16)
    table[digit.charCodeAt(0)] = value
    table[digit.toUpperCase().charCodeAt(0)] = value
  }
  return table
}

/** Value of a hex digit, -1 for every other byte. */
export const HEX_VALUE: Int8Array = buildHex()

export const CR = 0x0d
export const LF = 0x0a
export const SP = 0x20
export const HTAB = 0x09
export const COLON = 0x3a
export const COMMA = 0x2c

/** True where bytes[start..] equal `word`, which is lower case, without regard to the case of letters. */
export function equalsIgnoreCase(
  bytes: Uint8Array,
  start: number,
  word: Uint8Array,
  length: number,
): boolean {
  if (length !== word.length) return false
  // Setting bit 5 lowers a letter. Two different token bytes never meet that way, except `^` and `~`,
  // `_` and DEL: none of the words compared here holds one of those.
  for (let index = 0; index < length; index++) {
    if ((bytes[start + index]! | 0x20) !== word[index]) return false
  }
  return true
}

/** ASCII bytes of a word, lower-cased, for `equalsIgnoreCase`. */
export function word(text: string): Uint8Array {
  return Uint8Array.from(text.toLowerCase(), (letter) => letter.charCodeAt(0))
}
