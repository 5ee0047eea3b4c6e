import type { Draft } from '../../protocol/draft.ts'
import { equalsIgnoreCase } from '../../wire/byte-class.ts'
import { dropFields, nameLength } from '../../wire/http1/field-table.ts'
import { NAMES } from '../../wire/http1/names.ts'
import { BODY, FORM, METHOD, type RequestHead } from '../../wire/http1/request.ts'
import { putBytes } from '../../wire/put-bytes.ts'
import { writeTraceparent } from '../../wire/trace-context.ts'
import { tracestateRoom, writeTracestate } from '../../wire/tracestate.ts'
import type { RelayRuntime } from '../relay/runtime.ts'

const VERSION_LINE = Buffer.from(' HTTP/1.1\r\n')
const HOST = Buffer.from('Host: ')
const TRACEPARENT = Buffer.from('traceparent: ')
const TRACESTATE = Buffer.from('tracestate: ')
const UPGRADE = Buffer.from('Connection: Upgrade\r\nUpgrade: ')
const CHUNKED = Buffer.from('Transfer-Encoding: chunked\r\n')
const CRLF = Buffer.from('\r\n')
const ONE = 0x31
const SLASH = 0x2f
/** Everything a head can grow by, apart from tracestate and Host; fields that a gate adds are part of it. */
const GROWTH_BYTES = 384

/** Bytes the request's head can take at most once it is written anew. */
export function requestRoom(head: RequestHead, runtime: RelayRuntime): number {
  return head.end - head.start + GROWTH_BYTES + runtime.hostName.length + tracestateRoom(runtime.stateName, 0)
}

/**
 * Writes the request's head as the upstream is to see it to out[0..] and notes where method and path
 * stand: the head's own bytes, without the fields that belong to one connection, with this tap's
 * trace context.
 * @returns its length
 */
export function writeRequest(
  out: Buffer,
  bytes: Buffer,
  head: RequestHead,
  draft: Draft,
  flags: number,
  runtime: RelayRuntime,
): number {
  draft.head = out
  draft.methodStart = 0
  draft.methodEnd = head.methodEnd - head.start
  draft.pathStart = head.pathStart - head.start
  draft.pathEnd = head.pathEnd - head.start
  if (runtime.settings.untouched) return bytes.copy(out, 0, head.start, head.end)
  let at = writeLineAndFields(out, bytes, head, draft, runtime)
  if (head.upgrade) at = writeUpgrade(out, at, bytes, head)
  at = writeTrace(out, at, bytes, head, draft, flags, runtime)
  return putBytes(out, at, CRLF)
}

function writeLineAndFields(
  out: Buffer,
  bytes: Buffer,
  head: RequestHead,
  draft: Draft,
  runtime: RelayRuntime,
): number {
  const { fields } = head
  const absolute = head.form === FORM.absolute
  if (!absolute && fields.canonical && !fields.anyDropped && !head.http10) {
    // The usual request: its head goes on as it came, in one copy.
    const length = bytes.copy(out, 0, head.start, fields.starts[fields.count]!)
    out[head.minorAt - head.start] = ONE
    return length
  }
  let at = absolute ? writeOriginForm(out, bytes, head, draft) : writeLine(out, bytes, head)
  if (head.http10 && fields.hosts === 0 && !absolute) at = writeHost(out, at, runtime)
  if (!fields.canonical) at = writeFraming(out, at, bytes, head)
  return copyFields(out, at, bytes, head)
}

/** Upgrade goes from hop to hop (RFC 9110 section 7.8); this one is offered to the next. */
function writeUpgrade(out: Buffer, from: number, bytes: Buffer, { fields }: RequestHead): number {
  let at = putBytes(out, from, UPGRADE)
  at += bytes.copy(out, at, fields.upgradeStart, fields.upgradeEnd)
  return putBytes(out, at, CRLF)
}

/** The request line as it is; RFC 9110 section 2.5 has an intermediary send its own version. */
function writeLine(out: Buffer, bytes: Buffer, head: RequestHead): number {
  const length = bytes.copy(out, 0, head.start, head.fieldsStart)
  out[head.minorAt - head.start] = ONE
  return length
}

/** RFC 9112 section 3.2.2: an absolute target becomes its origin form, and Host becomes its authority (Q30). */
function writeOriginForm(out: Buffer, bytes: Buffer, head: RequestHead, draft: Draft): number {
  let at = bytes.copy(out, 0, head.start, head.methodEnd + 1)
  draft.pathStart = at
  if (bytes[head.pathStart] !== SLASH) {
    const asterisk = head.method === METHOD.options && head.pathStart === head.targetEnd
    out[at++] = asterisk ? 0x2a : SLASH
  }
  at += bytes.copy(out, at, head.pathStart, head.pathEnd)
  draft.pathEnd = at
  at += bytes.copy(out, at, head.pathEnd, head.targetEnd)
  at = putBytes(out, at, VERSION_LINE)
  at = putBytes(out, at, HOST)
  at += bytes.copy(out, at, head.authorityStart, head.authorityEnd)
  if (head.fields.hostField >= 0) head.fields.drop(head.fields.hostField)
  return putBytes(out, at, CRLF)
}

function writeHost(out: Buffer, from: number, runtime: RelayRuntime): number {
  let at = putBytes(out, from, HOST)
  at = putBytes(out, at, runtime.hostName)
  return putBytes(out, at, CRLF)
}

/** A framing field that is legal but odd (leading zeros, tabs, capitals) is written plainly, so that no peer reads it otherwise (Q5). */
function writeFraming(out: Buffer, from: number, bytes: Buffer, head: RequestHead): number {
  if (head.body === BODY.chunked) {
    dropFields(bytes, NAMES.transferEncoding, head.fields)
    return putBytes(out, from, CHUNKED)
  }
  dropFields(bytes, NAMES.contentLength, head.fields)
  return from + out.write(`Content-Length: ${head.length}\r\n`, from, 'latin1')
}

function copyFields(out: Buffer, from: number, bytes: Buffer, head: RequestHead): number {
  const { fields } = head
  const stop = fields.starts[fields.count]!
  if (!fields.anyDropped) return from + bytes.copy(out, from, head.fieldsStart, stop)
  let at = from
  let start = head.fieldsStart
  for (let field = 0; field < fields.count; field++) {
    if (fields.dropped[field] === 0) continue
    const end = fields.starts[field]!
    if (end > start) at += bytes.copy(out, at, start, end)
    start = fields.starts[field + 1]!
  }
  return stop > start ? at + bytes.copy(out, at, start, stop) : at
}

function writeTrace(
  out: Buffer,
  from: number,
  bytes: Buffer,
  head: RequestHead,
  draft: Draft,
  flags: number,
  runtime: RelayRuntime,
): number {
  let at = putBytes(out, from, TRACEPARENT)
  at = writeTraceparent(out, at, draft.ids, flags)
  at = putBytes(out, at, CRLF)
  if (runtime.settings.kind === 'inbound') return at
  at = putBytes(out, at, TRACESTATE)
  const values = draft.hasParent ? tracestateValues(bytes, head) : []
  at = writeTracestate(out, at, runtime.stateName, draft.ids, bytes, values)
  return putBytes(out, at, CRLF)
}

/** Every tracestate field is part of one list, RFC 9110 section 5.3. @returns start and end of each value */
function tracestateValues(bytes: Buffer, { fields }: RequestHead): number[] {
  const values: number[] = []
  if (fields.tracestates === 0) return values
  for (let field = 0; field < fields.count; field++) {
    const name = fields.starts[field]!
    const length = nameLength(bytes, name)
    if (equalsIgnoreCase(bytes, name, NAMES.tracestate, length))
      values.push(name + length + 1, fields.starts[field + 1]! - 2)
  }
  return values
}
