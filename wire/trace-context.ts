import { CLASS, COMMA, HTAB, NAME, SP } from './byte-class.ts'

/**
 * W3C Trace Context as bytes (https://www.w3.org/TR/trace-context/): `traceparent` is
 * `00-<32 hex>-<16 hex>-<2 hex>`. In `tracestate` tapmesh keeps one member, `tapmesh=<service>~<span id>`,
 * by which the next tap knows who called (DESIGN 4.3).
 */

export const TRACE_ID_DIGITS = 32
export const SPAN_ID_DIGITS = 16
/** Length of a traceparent of version 00. */
export const TRACEPARENT_BYTES = 55
/** Offset of the parent id in it. */
export const PARENT_AT = 36
const FLAGS_AT = 53
const SERVICE_BYTES_MAX = 128
const KEY = Uint8Array.from('tapmesh=', (letter) => letter.charCodeAt(0))
const DASH = 0x2d
const TILDE = 0x7e
const DOT = 0x2e

function isLowerHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66)
}

/** Hex digits that are not all zero. */
function isId(bytes: Uint8Array, start: number, digits: number): boolean {
  let zeros = 0
  for (let at = start; at < start + digits; at++) {
    const byte = bytes[at]!
    if (!isLowerHex(byte)) return false
    if (byte === 0x30) zeros++
  }
  return zeros < digits
}

/**
 * True where bytes[start..end) hold a traceparent this tap may continue. A later version is read as
 * version 00 with more behind it, as section 3.2.4 asks; version ff is not allowed.
 */
export function isTraceparent(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start
  if (length < TRACEPARENT_BYTES) return false
  const high = bytes[start]!
  const low = bytes[start + 1]!
  if (!isLowerHex(high) || !isLowerHex(low)) return false
  if (high === 0x66 && low === 0x66) return false
  if (length > TRACEPARENT_BYTES) {
    if ((high === 0x30 && low === 0x30) || bytes[start + TRACEPARENT_BYTES] !== DASH) return false
  }
  return (
    bytes[start + 2] === DASH &&
    bytes[start + PARENT_AT - 1] === DASH &&
    bytes[start + FLAGS_AT - 1] === DASH &&
    isLowerHex(bytes[start + FLAGS_AT]!) &&
    isLowerHex(bytes[start + FLAGS_AT + 1]!) &&
    isId(bytes, start + 3, TRACE_ID_DIGITS) &&
    isId(bytes, start + PARENT_AT, SPAN_ID_DIGITS)
  )
}

/** Copies trace id and parent id of a valid traceparent. */
export function readTraceparent(bytes: Uint8Array, start: number, ids: Uint8Array, parent: Uint8Array): void {
  for (let index = 0; index < TRACE_ID_DIGITS; index++) ids[index] = bytes[start + 3 + index]!
  for (let index = 0; index < SPAN_ID_DIGITS; index++) parent[index] = bytes[start + PARENT_AT + index]!
}

/**
 * Writes the value of a traceparent of version 00 to out[at..]: trace id and span id of `ids`, and
 * the flags; a trace that starts here is flagged as recorded, because the tap records it.
 * @returns offset behind it
 */
export function writeTraceparent(out: Uint8Array, at: number, ids: Uint8Array, flags: number): number {
  out[at] = 0x30
  out[at + 1] = 0x30
  out[at + 2] = DASH
  for (let index = 0; index < TRACE_ID_DIGITS; index++) out[at + 3 + index] = ids[index]!
  out[at + PARENT_AT - 1] = DASH
  for (let index = 0; index < SPAN_ID_DIGITS; index++)
    out[at + PARENT_AT + index] = ids[TRACE_ID_DIGITS + index]!
  out[at + FLAGS_AT - 1] = DASH
  out[at + FLAGS_AT] = flags >> 8
  out[at + FLAGS_AT + 1] = flags & 255
  return at + TRACEPARENT_BYTES
}

/** `01`: recorded. */
export const FLAGS_RECORDED = 0x3031

/** Flags of a valid traceparent, as its two digits. */
export function readFlags(bytes: Uint8Array, start: number): number {
  return (bytes[start + FLAGS_AT]! << 8) | bytes[start + FLAGS_AT + 1]!
}

/** A member of tracestate found by `findCaller`. */
export interface ServiceRange {
  start: number
  end: number
}

/** True where bytes[start..end) are a `tapmesh=` member. */
export function isOwnMember(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < KEY.length) return false
  for (let index = 0; index < KEY.length; index++) if (bytes[start + index] !== KEY[index]) return false
  return true
}

/**
 * Looks for `tapmesh=<service>~<span id>` in a tracestate and believes it only if the span id is the
 * parent id of the traceparent that came with it: whoever merely forwards headers is not the caller.
 * @returns true with the service's place in `found`
 */
export function findCaller(
  bytes: Uint8Array,
  start: number,
  end: number,
  parent: Uint8Array,
  found: ServiceRange,
): boolean {
  let at = start
  while (at < end) {
    let stop = at
    while (stop < end && bytes[stop] !== COMMA) stop++
    while (at < stop && (bytes[at] === SP || bytes[at] === HTAB)) at++
    if (isOwnMember(bytes, at, stop)) return readCaller(bytes, at + KEY.length, stop, parent, found)
    at = stop + 1
  }
  return false
}

function readCaller(
  bytes: Uint8Array,
  start: number,
  stop: number,
  parent: Uint8Array,
  found: ServiceRange,
): boolean {
  let end = stop
  while (end > start && (bytes[end - 1] === SP || bytes[end - 1] === HTAB)) end--
  const tilde = end - SPAN_ID_DIGITS - 1
  if (tilde <= start || bytes[tilde] !== TILDE || tilde - start > SERVICE_BYTES_MAX) return false
  for (let index = 0; index < SPAN_ID_DIGITS; index++) {
    if (bytes[tilde + 1 + index] !== parent[index]) return false
  }
  for (let at = start; at < tilde; at++) if ((CLASS[bytes[at]!]! & NAME) === 0) return false
  found.start = start
  found.end = tilde
  return true
}

/** A service's name as it may stand in tracestate: other bytes become dots, long names are cut. */
export function tracestateName(service: string): Uint8Array {
  const bytes = Uint8Array.from(service.slice(0, SERVICE_BYTES_MAX), (letter) => letter.charCodeAt(0) & 255)
  return bytes.map((byte) => ((CLASS[byte]! & NAME) === 0 ? DOT : byte))
}

/** Bytes of this tap's own member. */
export function ownMemberBytes(service: Uint8Array): number {
  return KEY.length + service.length + 1 + SPAN_ID_DIGITS
}

/** Writes this tap's own member. @returns offset behind it */
export function writeOwnMember(out: Uint8Array, at: number, service: Uint8Array, ids: Uint8Array): number {
  let to = at
  for (let index = 0; index < KEY.length; index++) out[to++] = KEY[index]!
  for (let index = 0; index < service.length; index++) out[to++] = service[index]!
  out[to++] = TILDE
  for (let index = 0; index < SPAN_ID_DIGITS; index++) out[to++] = ids[TRACE_ID_DIGITS + index]!
  return to
}
