import { CLASS, CR, equalsIgnoreCase, LF, LOOSE_TARGET, SP, TARGET, TOKEN, word } from '../byte-class.ts'
import { FAULT, type FaultId } from './fault.ts'
import { FieldTable } from './field-table.ts'
import { parseFields } from './fields.ts'
import { isAuthority } from './host.ts'

/**
 * Strict parser of request heads (RFC 9112). It looks at bytes only, keeps offsets into them, and
 * says one of three things: complete, more bytes needed, or refused with a fault. It may be called
 * again with more bytes of the same head from the start; the outcome does not depend on the cuts.
 */

/** How the message's body is framed, RFC 9112 section 6. */
export const BODY = { none: 0, length: 1, chunked: 2, close: 3 } as const

/** Forms of a request target, RFC 9112 section 3.2. */
export const FORM = { origin: 0, absolute: 1, authority: 2, asterisk: 3 } as const

/** Method names that need a look of their own. */
export const METHOD = {
  other: 0,
  get: 1,
  head: 2,
  connect: 3,
  trace: 4,
  options: 5,
  put: 6,
  delete: 7,
} as const

const METHOD_BYTES_MAX = 32

export interface HeadLimits {
  head_bytes_max: number
  head_fields_max: number
}

/** A parsed request head; one object serves all connections, so what is needed later must be copied. */
export class RequestHead {
  fault: FaultId = FAULT.none
  /** Offset of the method; differs from the start of the bytes where an empty line came first. */
  start = 0
  method = 0
  methodEnd = 0
  form = 0
  targetStart = 0
  targetEnd = 0
  /** Origin form of the target: path with query; where an absolute target has no path it is empty. */
  pathStart = 0
  /** End of the path without its query. */
  pathEnd = 0
  authorityStart = 0
  authorityEnd = 0
  /** Offset of the minor version's digit. */
  minorAt = 0
  http10 = false
  /** Offset behind the request line. */
  fieldsStart = 0
  /** Offset behind the head. */
  end = 0
  body = 0
  /** Length of the body where `body` is `length`. */
  length = 0
  /** The client keeps the connection for another request. */
  persistent = false
  /** The client asks for another protocol, such as WebSocket: the answer may make a tunnel of the connection. */
  upgrade = false
  readonly fields: FieldTable

  /** @param watching true for a reader that relays whatever it finds; see FieldTable */
  constructor(watching = false) {
    this.fields = new FieldTable(false, watching)
  }
}

const HTTP = word('http://')
const METHODS: readonly [number, Uint8Array][] = [
  [METHOD.get, upper('GET')],
  [METHOD.head, upper('HEAD')],
  [METHOD.connect, upper('CONNECT')],
  [METHOD.trace, upper('TRACE')],
  [METHOD.options, upper('OPTIONS')],
  [METHOD.put, upper('PUT')],
  [METHOD.delete, upper('DELETE')],
]

function upper(name: string): Uint8Array {
  return Uint8Array.from(name, (letter) => letter.charCodeAt(0))
}

function refuse(head: RequestHead, fault: FaultId): number {
  head.fault = fault
  return -1
}

/**
 * Parses bytes[start..end).
 * @returns offset behind the head, 0 where bytes are missing, -1 where `head.fault` says why not
 */
export function parseRequest(
  bytes: Uint8Array,
  start: number,
  end: number,
  head: RequestHead,
  limits: HeadLimits,
): number {
  head.fault = FAULT.none
  head.fields.reset()
  let at = start
  // RFC 9112 section 2.2: one empty line before the request line is ignored, no more.
  while (at < end && bytes[at] === CR) {
    if (at + 1 >= end) return 0
    if (bytes[at + 1] !== LF) return refuse(head, FAULT.bare_cr)
    if (at > start && !head.fields.note(FAULT.method_invalid)) return refuse(head, FAULT.method_invalid)
    at += 2
  }
  head.start = at
  head.method = METHOD.other
  // A head refused early must not show offsets of the one before.
  head.methodEnd = at
  head.targetEnd = at
  head.pathStart = at
  head.pathEnd = at
  at = parseRequestLine(bytes, at, end, head)
  if (at > 0) {
    head.fieldsStart = at
    at = parseFields(bytes, at, end, head.fields, limits.head_fields_max)
    if (at < 0) return refuse(head, head.fields.fault)
  } else if (at === 0 && end - start >= limits.head_bytes_max) {
    return refuse(head, FAULT.target_too_long)
  }
  if (at === 0) return end - start >= limits.head_bytes_max ? refuse(head, FAULT.head_too_large) : 0
  if (at < 0) return -1
  if (at - start > limits.head_bytes_max) return refuse(head, FAULT.head_too_large)
  head.end = at
  const fault = judge(bytes, head)
  return fault === FAULT.none ? at : refuse(head, fault)
}

/** RFC 9112 section 3: method SP target SP version CRLF, single spaces, nothing else. */
function parseRequestLine(bytes: Uint8Array, start: number, end: number, head: RequestHead): number {
  let at = start
  while (at < end && (CLASS[bytes[at]!]! & TOKEN) !== 0) at++
  if (at - start > METHOD_BYTES_MAX && !head.fields.note(FAULT.method_too_long)) {
    return refuse(head, FAULT.method_too_long)
  }
  if (at >= end) return 0
  if (at === start) return refuse(head, bytes[at] === SP ? FAULT.start_line : FAULT.method_invalid)
  if (bytes[at] !== SP) return refuse(head, FAULT.method_invalid)
  head.methodEnd = at
  head.method = methodOf(bytes, start, at)

  at++
  const target = at
  while (at < end && (CLASS[bytes[at]!]! & TARGET) !== 0) at++
  if (head.fields.watching && at < end && (CLASS[bytes[at]!]! & LOOSE_TARGET) !== 0) {
    head.fields.note(FAULT.target_invalid)
    while (at < end && (CLASS[bytes[at]!]! & LOOSE_TARGET) !== 0) at++
  }
  head.targetStart = target
  head.targetEnd = at
  if (at >= end) return 0
  if (bytes[at] !== SP) {
    // `GET /path CRLF` is HTTP/0.9; everything else that stops here is a byte no target may hold.
    return refuse(head, bytes[at] === CR && at > target ? FAULT.version_invalid : FAULT.target_invalid)
  }
  if (at === target) return refuse(head, FAULT.start_line)
  const fault = parseTarget(bytes, target, at, head)
  if (fault !== FAULT.none) return refuse(head, fault)
  return parseVersion(bytes, at + 1, end, head)
}

/** RFC 9112 section 2.3: `HTTP/` DIGIT `.` DIGIT, in capitals (Q31). */
function parseVersion(bytes: Uint8Array, start: number, end: number, head: RequestHead): number {
  for (let index = 0; index < VERSION.length; index++) {
    if (start + index >= end) return 0
    if (bytes[start + index] !== VERSION[index]) return refuse(head, FAULT.version_invalid)
  }
  const at = start + VERSION.length
  if (at + 4 >= end) {
    // Wrong bytes are refused as soon as they are seen, so that a cut cannot hide them.
    for (let index = at; index < end; index++) {
      if (!fitsVersion(bytes[index]!, index - at)) return refuse(head, FAULT.version_invalid)
    }
    return 0
  }
  for (let index = 0; index < 5; index++) {
    if (!fitsVersion(bytes[at + index]!, index)) return refuse(head, FAULT.version_invalid)
  }
  const major = bytes[at]! - 0x30
  if (major !== 1) return refuse(head, major > 1 ? FAULT.version_unknown : FAULT.version_invalid)
  head.minorAt = at + 2
  head.http10 = bytes[at + 2] === 0x30
  return at + 5
}

const VERSION = upper('HTTP/')

function fitsVersion(byte: number, index: number): boolean {
  if (index === 1) return byte === 0x2e
  if (index === 3) return byte === CR
  if (index === 4) return byte === LF
  return byte >= 0x30 && byte <= 0x39
}

function methodOf(bytes: Uint8Array, start: number, end: number): number {
  for (const [method, name] of METHODS) {
    if (name.length !== end - start) continue
    let index = 0
    while (index < name.length && bytes[start + index] === name[index]) index++
    if (index === name.length) return method
  }
  return METHOD.other
}

/** RFC 9112 section 3.2: four forms, each with the methods it belongs to (Q28, Q30). */
function parseTarget(bytes: Uint8Array, start: number, end: number, head: RequestHead): FaultId {
  const first = bytes[start]!
  if (head.method === METHOD.connect) {
    head.form = FORM.authority
    head.authorityStart = start
    head.authorityEnd = end
    head.pathStart = end
    head.pathEnd = end
    return FAULT.none
  }
  if (first === 0x2f) {
    head.form = FORM.origin
    setPath(bytes, start, end, head)
    return FAULT.none
  }
  if (first === 0x2a && end === start + 1) {
    head.form = FORM.asterisk
    head.pathStart = start
    head.pathEnd = end
    return head.method === METHOD.options ? FAULT.none : noted(head, FAULT.target_invalid)
  }
  if (end - start > HTTP.length && equalsIgnoreCase(bytes, start, HTTP, HTTP.length)) {
    head.form = FORM.absolute
    let at = start + HTTP.length
    head.authorityStart = at
    while (at < end && bytes[at] !== 0x2f && bytes[at] !== 0x3f) at++
    head.authorityEnd = at
    setPath(bytes, at, end, head)
    const empty = head.authorityStart === at
    const plain = !empty && isAuthority(bytes, head.authorityStart, at)
    return plain ? FAULT.none : noted(head, FAULT.target_scheme)
  }
  head.form = FORM.origin
  setPath(bytes, start, end, head)
  return noted(head, FAULT.target_invalid)
}

/** A rule about one field or the target: a watching parser keeps it as a finding. @returns the fault to refuse with */
function noted(head: RequestHead, fault: FaultId): FaultId {
  return head.fields.note(fault) ? FAULT.none : fault
}

function setPath(bytes: Uint8Array, start: number, end: number, head: RequestHead): void {
  let at = start
  while (at < end && bytes[at] !== 0x3f) at++
  head.pathStart = start
  head.pathEnd = at
}

/** What only the whole head can tell: Host, framing, persistence, upgrade. */
function judge(bytes: Uint8Array, head: RequestHead): FaultId {
  const { fields } = head
  const host = hostFault(bytes, head)
  if (host !== FAULT.none && !fields.note(host)) return host
  // RFC 9112 section 6.1: both together, or a coding in HTTP/1.0, is how requests are smuggled.
  if (fields.codings > 0 && fields.lengths > 0) return FAULT.length_and_coding
  if (fields.codings > 0 && head.http10) return FAULT.coding_in_http10
  head.body = fields.codings > 0 ? BODY.chunked : fields.length > 0 ? BODY.length : BODY.none
  head.length = Math.max(fields.length, 0)
  // RFC 9110 section 9.3.8: a TRACE request has no content.
  if (head.method === METHOD.trace && head.body !== BODY.none && !fields.note(FAULT.trace_body)) {
    return FAULT.trace_body
  }
  // RFC 9110 section 9.3.6: what follows CONNECT is the tunnel's, so a body has no place there.
  if (head.method === METHOD.connect && head.body !== BODY.none) return FAULT.connect_body
  head.persistent = !fields.close && !head.http10
  head.upgrade =
    fields.upgrades === 1 &&
    fields.upgradeOption &&
    head.method !== METHOD.connect &&
    !head.http10 &&
    head.body === BODY.none &&
    !isHttp2(bytes, fields.upgradeStart, fields.upgradeEnd)
  return FAULT.none
}

const H2C = word('h2c')

/** A client that offers HTTP/2 goes on with HTTP/1.1 where nobody takes the offer up (RFC 9113 section 3.1). */
function isHttp2(bytes: Uint8Array, start: number, end: number): boolean {
  return equalsIgnoreCase(bytes, start, H2C, end - start)
}

/** RFC 9112 section 3.2: exactly one Host in HTTP/1.1, never two. */
function hostFault(bytes: Uint8Array, { fields, http10 }: RequestHead): FaultId {
  if (fields.hosts > 1) return FAULT.host_repeated
  if (fields.hosts === 0) return http10 ? FAULT.none : FAULT.host_missing
  return isAuthority(bytes, fields.hostStart, fields.hostEnd) ? FAULT.none : FAULT.host_invalid
}

/** True for methods that may be sent twice without doing more than once, RFC 9110 section 9.2.2. */
export function isIdempotent(method: number): boolean {
  return (
    method === METHOD.get ||
    method === METHOD.head ||
    method === METHOD.options ||
    method === METHOD.put ||
    method === METHOD.delete
  )
}
