import { CLASS, COLON, COMMA, CR, equalsIgnoreCase, HTAB, LF, SP, TOKEN, VALUE, word } from '../byte-class.ts'
import { FAULT, type FaultId } from './fault.ts'
import { dropNamedFields, FIELDS_CAP, type FieldTable } from './field-table.ts'
import { NAMES } from './names.ts'

/**
 * The field section of a request or a response head: one pass, no strings, no allocation. What a
 * relay must know (framing, connection options, host, trace) is noted on the way; every field's
 * place is kept, so that a field named by Connection can be found afterwards.
 */

/** Connection may name this many options (Q35). */
const CONNECTION_OPTIONS_MAX = 10
const SAFE_LENGTH_DIGITS = 16

const CHUNKED = word('chunked')
const CLOSE = word('close')
const WEBSOCKET = word('websocket')
const CONTINUE = word('100-continue')
const TRAILERS = word('trailers')

/**
 * Reads fields from `pos` until the empty line.
 * @returns offset behind the empty line, 0 where bytes are missing, -1 where `table.fault` says why not
 */
export function parseFields(
  bytes: Uint8Array,
  pos: number,
  end: number,
  table: FieldTable,
  fieldsMax: number,
): number {
  let at = pos
  for (;;) {
    if (at >= end) return 0
    const first = bytes[at]!
    table.starts[table.count] = at
    if (first === CR) {
      if (at + 1 >= end) return 0
      if (bytes[at + 1] !== LF) return refuse(table, FAULT.bare_cr)
      if (table.namesOthers && !table.watching) dropNamedFields(bytes, table)
      return at + 2
    }
    // RFC 9112 section 5.2 (folding) and 2.2 (space before the first field).
    if (first === SP || first === HTAB) return refuse(table, FAULT.folded_line)
    if (table.count >= fieldsMax || table.count >= FIELDS_CAP) return refuse(table, FAULT.fields_max)

    let nameEnd = at
    while (nameEnd < end && (CLASS[bytes[nameEnd]!]! & TOKEN) !== 0) nameEnd++
    if (nameEnd >= end) return 0
    if (bytes[nameEnd] !== COLON || nameEnd === at)
      return refuse(table, nameFault(bytes[nameEnd]!, nameEnd === at))

    let stop = nameEnd + 1
    while (stop < end && (CLASS[bytes[stop]!]! & VALUE) !== 0) stop++
    if (stop >= end) return 0
    // RFC 9110 section 5.5 and RFC 9112 section 2.2: a line ends with CRLF and nothing else.
    if (bytes[stop] !== CR) return refuse(table, bytes[stop] === LF ? FAULT.bare_lf : FAULT.control_byte)
    if (stop + 1 >= end) return 0
    if (bytes[stop + 1] !== LF) return refuse(table, FAULT.bare_cr)

    table.dropped[table.count] = 0
    if (!noteField(bytes, at, nameEnd, stop, table)) return -1
    table.count++
    at = stop + 2
  }
}

function refuse(table: FieldTable, fault: FaultId): number {
  table.fault = fault
  return -1
}

function nameFault(byte: number, empty: boolean): FaultId {
  if (byte === LF) return FAULT.bare_lf
  if (byte === CR) return FAULT.field_name
  if ((byte === SP || byte === HTAB) && !empty) return FAULT.space_before_colon
  return FAULT.field_name
}

/** Looks at a field if its name is one of the few that matter here: by length first, then by its bytes. */
function noteField(
  bytes: Uint8Array,
  start: number,
  nameEnd: number,
  stop: number,
  table: FieldTable,
): boolean {
  const length = nameEnd - start
  switch (length) {
    case 2:
      if (equalsIgnoreCase(bytes, start, NAMES.te, length)) noteTe(bytes, nameEnd, stop, table)
      return true
    case 4:
      if (equalsIgnoreCase(bytes, start, NAMES.host, length)) noteHost(bytes, nameEnd, stop, table)
      return true
    case 6:
      return equalsIgnoreCase(bytes, start, NAMES.expect, length)
        ? noteExpect(bytes, nameEnd, stop, table)
        : true
    case 7:
      if (equalsIgnoreCase(bytes, start, NAMES.upgrade, length)) noteUpgrade(bytes, nameEnd, stop, table)
      return true
    case 10:
      if (equalsIgnoreCase(bytes, start, NAMES.connection, length)) {
        return noteConnection(bytes, nameEnd + 1, stop, table)
      }
      if (equalsIgnoreCase(bytes, start, NAMES.keepAlive, length)) noteHopByHop(table)
      else if (equalsIgnoreCase(bytes, start, NAMES.tracestate, length))
        noteTracestate(bytes, nameEnd, stop, table)
      return true
    case 11:
      if (equalsIgnoreCase(bytes, start, NAMES.traceparent, length))
        noteTraceparent(bytes, nameEnd, stop, table)
      return true
    case 14:
      if (equalsIgnoreCase(bytes, start, NAMES.contentLength, length))
        return noteLength(bytes, nameEnd, stop, table)
      if (equalsIgnoreCase(bytes, start, NAMES.http2Settings, length)) noteHopByHop(table)
      return true
    case 16:
      if (equalsIgnoreCase(bytes, start, NAMES.proxyConnection, length)) noteHopByHop(table)
      return true
    case 17:
      return equalsIgnoreCase(bytes, start, NAMES.transferEncoding, length)
        ? noteCoding(bytes, nameEnd, stop, table)
        : true
    default:
      return true
  }
}

/** First byte of a value behind optional white space (RFC 9110 section 5.6.3). */
function valueStart(bytes: Uint8Array, nameEnd: number, stop: number): number {
  let at = nameEnd + 1
  while (at < stop && (bytes[at] === SP || bytes[at] === HTAB)) at++
  return at
}

function valueEnd(bytes: Uint8Array, start: number, stop: number): number {
  let at = stop
  while (at > start && (bytes[at - 1] === SP || bytes[at - 1] === HTAB)) at--
  return at
}

/** Plain form: one space or none before the value, nothing behind it. */
function isPlain(bytes: Uint8Array, nameEnd: number, start: number, end: number, stop: number): boolean {
  return end === stop && (start === nameEnd + 1 || (start === nameEnd + 2 && bytes[nameEnd + 1] === SP))
}

/** RFC 9110 section 7.6.1: these belong to one connection and are not forwarded (Q36). */
function noteHopByHop(table: FieldTable): void {
  table.drop(table.count)
}

/** RFC 9110 section 10.1.4: `trailers` is true of the relay as well, since it forwards them; other codings are not. */
function noteTe(bytes: Uint8Array, nameEnd: number, stop: number, table: FieldTable): void {
  const start = valueStart(bytes, nameEnd, stop)
  if (!equalsIgnoreCase(bytes, start, TRAILERS, valueEnd(bytes, start, stop) - start)) table.drop(table.count)
}

function noteHost(bytes: Uint8Array, nameEnd: number, stop: number, table: FieldTable): void {
  table.hosts++
  table.hostField = table.count
  table.hostStart = valueStart(bytes, nameEnd, stop)
  table.hostEnd = valueEnd(bytes, table.hostStart, stop)
}

/** RFC 9110 section 10.1.1: an expectation that is not 100-continue may be answered with 417 (Q40). */
function noteExpect(bytes: Uint8Array, nameEnd: number, stop: number, table: FieldTable): boolean {
  if (table.response) return true
  const start = valueStart(bytes, nameEnd, stop)
  if (!equalsIgnoreCase(bytes, start, CONTINUE, valueEnd(bytes, start, stop) - start)) {
    return table.note(FAULT.expectation_unknown)
  }
  table.expectContinue = true
  return true
}

function noteUpgrade(bytes: Uint8Array, nameEnd: number, stop: number, table: FieldTable): void {
  const start = valueStart(bytes, nameEnd, stop)
  const isWebsocket = equalsIgnoreCase(bytes, start, WEBSOCKET, valueEnd(bytes, start, stop) - start)
  table.upgrades++
  table.websocket = isWebsocket && table.upgrades === 1
  table.upgradeStart = start
  table.upgradeEnd = valueEnd(bytes, start, stop)
  table.drop(table.count)
}

function noteTraceparent(bytes: Uint8Array, nameEnd: number, stop: number, table: FieldTable): void {
  table.traceparents++
  table.traceparentStart = valueStart(bytes, nameEnd, stop)
  table.traceparentEnd = valueEnd(bytes, table.traceparentStart, stop)
}

function noteTracestate(bytes: Uint8Array, nameEnd: number, stop: number, table: FieldTable): void {
  if (table.tracestates++ > 0) return
  table.tracestateStart = valueStart(bytes, nameEnd, stop)
  table.tracestateEnd = valueEnd(bytes, table.tracestateStart, stop)
}

/** RFC 9110 section 8.6 and RFC 9112 section 6.3: digits only; never a float, never a list (Q3 to Q6). */
function noteLength(bytes: Uint8Array, nameEnd: number, stop: number, table: FieldTable): boolean {
  const start = valueStart(bytes, nameEnd, stop)
  const end = valueEnd(bytes, start, stop)
  if (!isPlain(bytes, nameEnd, start, end, stop)) table.canonical = false
  let at = start
  while (at < end - 1 && bytes[at] === 0x30) at++
  if (at > start) table.canonical = false
  if (start === end) return refuseField(table, FAULT.length_invalid)
  let value = 0
  const digits = end - at
  for (; at < end; at++) {
    const digit = bytes[at]! - 0x30
    if (digit < 0 || digit > 9) return refuseField(table, FAULT.length_invalid)
    value = value * 10 + digit
  }
  if (digits > SAFE_LENGTH_DIGITS || value > Number.MAX_SAFE_INTEGER) {
    return refuseField(table, FAULT.length_too_large)
  }
  if (table.lengths++ > 0) {
    if (!table.response) return refuseField(table, FAULT.length_repeated)
    if (value !== table.length) return refuseField(table, FAULT.length_invalid)
    table.drop(table.count)
  }
  table.length = value
  return true
}

/** RFC 9112 section 6.1: `chunked`, once, and nothing else; another final coding cannot be relayed (Q7, Q8). */
function noteCoding(bytes: Uint8Array, nameEnd: number, stop: number, table: FieldTable): boolean {
  const start = valueStart(bytes, nameEnd, stop)
  const end = valueEnd(bytes, start, stop)
  if (table.codings++ > 0) return refuseField(table, FAULT.coding_invalid)
  if (!equalsIgnoreCase(bytes, start, CHUNKED, end - start)) {
    return refuseField(table, isCodingList(bytes, start, end) ? FAULT.coding_unknown : FAULT.coding_invalid)
  }
  if (!isPlain(bytes, nameEnd, start, end, stop)) table.canonical = false
  for (let at = start; at < end; at++) if (bytes[at]! < 0x60) table.canonical = false
  return true
}

/** True for well-formed codings that end with one `chunked`, as in `gzip, chunked`: understood, but not spoken here. */
function isCodingList(bytes: Uint8Array, start: number, end: number): boolean {
  const last = end - CHUNKED.length
  if (last <= start || !equalsIgnoreCase(bytes, last, CHUNKED, CHUNKED.length)) return false
  let tokens = 0
  let at = start
  while (at < last) {
    const from = at
    while (at < last && (CLASS[bytes[at]!]! & TOKEN) !== 0) at++
    if (at === from || equalsIgnoreCase(bytes, from, CHUNKED, at - from)) return false
    if (at - from === 8 && equalsIgnoreCase(bytes, from, IDENTITY, 8)) return false
    while (at < last && (bytes[at] === SP || bytes[at] === HTAB)) at++
    if (bytes[at] !== COMMA) return false
    at++
    while (at < last && (bytes[at] === SP || bytes[at] === HTAB)) at++
    tokens++
  }
  return tokens > 0
}
const IDENTITY = word('identity')

/** RFC 9110 section 7.6.1: options of this connection; the field itself is never forwarded (Q35). */
function noteConnection(bytes: Uint8Array, from: number, stop: number, table: FieldTable): boolean {
  table.drop(table.count)
  let at = from
  while (at < stop) {
    const byte = bytes[at]!
    if (byte === SP || byte === HTAB || byte === COMMA) {
      at++
      continue
    }
    const start = at
    while (at < stop && (CLASS[bytes[at]!]! & TOKEN) !== 0) at++
    if (at === start) return refuseField(table, FAULT.connection_options)
    if (++table.options > CONNECTION_OPTIONS_MAX && !table.note(FAULT.connection_options)) return false
    const length = at - start
    if (equalsIgnoreCase(bytes, start, NAMES.keepAlive, length)) table.keepAlive = true
    else if (equalsIgnoreCase(bytes, start, CLOSE, length)) table.close = true
    else if (equalsIgnoreCase(bytes, start, NAMES.upgrade, length)) table.upgradeOption = true
    else table.namesOthers = true
  }
  return true
}

function refuseField(table: FieldTable, fault: FaultId): boolean {
  table.fault = fault
  return false
}
