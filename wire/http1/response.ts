import { CLASS, CR, DIGIT, LF, SP, VALUE } from '../byte-class.ts'
import { FAULT, type FaultId } from './fault.ts'
import { FieldTable } from './field-table.ts'
import { parseFields } from './fields.ts'
import { BODY, type HeadLimits } from './request.ts'

/**
 * Strict parser of response heads (RFC 9112 section 4, rules S1 to S15): the same three outcomes as
 * for requests. Every fault is a 502 to the client; none may ever throw.
 */
export class ResponseHead {
  fault: FaultId = FAULT.none
  start = 0
  /** 100 to 999. */
  status = 0
  minorAt = 0
  http10 = false
  fieldsStart = 0
  end = 0
  body = 0
  length = 0
  /** The upstream keeps the connection for another request. */
  persistent = false
  readonly fields: FieldTable

  /** @param watching true for a reader that relays whatever it finds; see FieldTable */
  constructor(watching = false) {
    this.fields = new FieldTable(true, watching)
  }
}

const VERSION = Uint8Array.from('HTTP/1.', (letter) => letter.charCodeAt(0))

function refuse(head: ResponseHead, fault: FaultId): number {
  head.fault = fault
  return -1
}

/**
 * Parses bytes[start..end).
 * @param headOnly true where the request was HEAD: whatever the fields say, no body follows
 * @returns offset behind the head, 0 where bytes are missing, -1 where `head.fault` says why not
 */
export function parseResponse(
  bytes: Uint8Array,
  start: number,
  end: number,
  head: ResponseHead,
  limits: HeadLimits,
  headOnly: boolean,
): number {
  head.fault = FAULT.none
  head.fields.reset()
  head.start = start
  let at = parseStatusLine(bytes, start, end, head)
  if (at > 0) {
    head.fieldsStart = at
    at = parseFields(bytes, at, end, head.fields, limits.head_fields_max)
    if (at < 0) return refuse(head, head.fields.fault)
  }
  if (at === 0) return end - start >= limits.head_bytes_max ? refuse(head, FAULT.head_too_large) : 0
  if (at < 0) return -1
  if (at - start > limits.head_bytes_max) return refuse(head, FAULT.head_too_large)
  head.end = at
  const fault = judge(head, headOnly)
  return fault === FAULT.none ? at : refuse(head, fault)
}

/** RFC 9112 section 4: version SP status SP reason; a server that leaves out the last space is understood (S9). */
function parseStatusLine(bytes: Uint8Array, start: number, end: number, head: ResponseHead): number {
  for (let index = 0; index < VERSION.length; index++) {
    if (start + index >= end) return 0
    if (bytes[start + index] !== VERSION[index]) return refuse(head, FAULT.version_invalid)
  }
  let at = start + VERSION.length
  if (at >= end) return 0
  if ((CLASS[bytes[at]!]! & DIGIT) === 0) return refuse(head, FAULT.version_invalid)
  head.minorAt = at
  head.http10 = bytes[at] === 0x30
  if (++at >= end) return 0
  if (bytes[at] !== SP) return refuse(head, FAULT.status_invalid)
  let status = 0
  for (let digit = 0; digit < 3; digit++) {
    if (++at >= end) return 0
    if ((CLASS[bytes[at]!]! & DIGIT) === 0) return refuse(head, FAULT.status_invalid)
    status = status * 10 + bytes[at]! - 0x30
    if (status === 0) return refuse(head, FAULT.status_invalid)
  }
  head.status = status
  if (++at >= end) return 0
  if (bytes[at] !== SP && bytes[at] !== CR) return refuse(head, FAULT.status_invalid)
  while (at < end && (CLASS[bytes[at]!]! & VALUE) !== 0) at++
  if (at >= end) return 0
  if (bytes[at] !== CR) return refuse(head, bytes[at] === LF ? FAULT.bare_lf : FAULT.control_byte)
  if (at + 1 >= end) return 0
  return bytes[at + 1] === LF ? at + 2 : refuse(head, FAULT.bare_cr)
}

/** RFC 9112 section 6.3: where the body ends. */
function judge(head: ResponseHead, headOnly: boolean): FaultId {
  const { fields, status } = head
  if (fields.codings > 0 && fields.lengths > 0) return FAULT.length_and_coding
  if (fields.codings > 0 && head.http10) return FAULT.coding_in_http10
  head.length = 0
  head.persistent = !fields.close && (!head.http10 || fields.keepAlive)
  if (headOnly || status < 200 || status === 204 || status === 304) head.body = BODY.none
  else if (fields.codings > 0) head.body = BODY.chunked
  else if (fields.lengths > 0) {
    head.body = fields.length > 0 ? BODY.length : BODY.none
    head.length = fields.length
  } else {
    head.body = BODY.close
    head.persistent = false
  }
  return FAULT.none
}
