import { equalsIgnoreCase } from '../../wire/byte-class.ts'
import { nameLength } from '../../wire/http1/field-table.ts'
import { NAMES } from '../../wire/http1/names.ts'
import type { RequestHead } from '../../wire/http1/request.ts'
import { putBytes } from '../../wire/put-bytes.ts'
import {
  FLAGS_RECORDED,
  isTraceparent,
  PARENT_AT,
  readTraceparent,
  SPAN_ID_DIGITS,
  TRACE_ID_DIGITS,
  TRACEPARENT_BYTES,
  writeTraceparent,
} from '../../wire/trace-context.ts'
import { tracestateRoom, writeTracestate } from '../../wire/tracestate.ts'
import type { Draft } from '../draft.ts'
import type { Edits } from '../edits.ts'
import type { TraceSettings } from '../protocol.ts'

const TRACEPARENT = Buffer.from('traceparent: ')
const TRACESTATE = Buffer.from('tracestate: ')
const CRLF = Buffer.from('\r\n')

/** A request's head, and which of its bytes can still be changed on their way. */
export interface MarkedHead {
  readonly bytes: Buffer
  readonly head: RequestHead
  /** First offset in `bytes` that was not sent on yet. */
  readonly first: number
  /** What has to be added to an offset in `bytes` to get the offset in the piece that is being sent. */
  readonly shift: number
}

/**
 * Continues the request's trace or starts one (W3C Trace Context section 3): fills the draft's ids and
 * asks for the few bytes that say so to the service. Bytes that are on their way already stay as they are.
 */
export function markTrace(marked: MarkedHead, draft: Draft, trace: TraceSettings, edits: Edits): void {
  const { bytes, head } = marked
  const { fields } = head
  const at = fields.traceparentStart
  if (fields.traceparents === 1 && isTraceparent(bytes, at, fields.traceparentEnd)) {
    readTraceparent(bytes, at, draft.ids, draft.parent)
    draft.hasParent = true
    trace.ids.write(draft.ids, TRACE_ID_DIGITS, SPAN_ID_DIGITS)
    if (!trace.untouched) replaceSpan(marked, draft, trace, edits)
    return
  }
  trace.ids.write(draft.ids, 0, TRACE_ID_DIGITS)
  trace.ids.write(draft.ids, TRACE_ID_DIGITS, SPAN_ID_DIGITS)
  if (trace.untouched) return
  if (fields.traceparents > 0 && !removeFields(marked, edits)) return
  const end = fields.starts[fields.count]!
  if (end < marked.first) return
  let to = edits.room(CRLF.length + TRACEPARENT.length + TRACEPARENT_BYTES + stateLineRoom(trace, 0))
  to = putBytes(edits.bytes, to, TRACEPARENT)
  to = writeTraceparent(edits.bytes, to, draft.ids, FLAGS_RECORDED)
  to = putBytes(edits.bytes, to, CRLF)
  if (trace.stateName) to = putStateLine(edits, to, trace.stateName, draft)
  edits.add(end + marked.shift, 0, to)
}

/** The parent that the service is to see is the tap's own span; 16 digits change places. */
function replaceSpan(marked: MarkedHead, draft: Draft, trace: TraceSettings, edits: Edits): void {
  const { head, first, shift } = marked
  const { fields } = head
  const at = fields.traceparentStart + PARENT_AT
  if (at < first) return
  const stateFirst = fields.tracestates > 0 && fields.tracestateStart < at
  // A list whose first bytes have gone on already cannot name this tap any more.
  const inPlace = trace.stateName !== undefined && fields.tracestates > 0 && fields.tracestateStart >= first
  if (inPlace && stateFirst) replaceState(marked, draft, trace.stateName!, edits)
  const to = edits.room(SPAN_ID_DIGITS)
  for (let index = 0; index < SPAN_ID_DIGITS; index++)
    edits.bytes[to + index] = draft.ids[TRACE_ID_DIGITS + index]!
  edits.add(at + shift, SPAN_ID_DIGITS, to + SPAN_ID_DIGITS)
  if (inPlace && !stateFirst) replaceState(marked, draft, trace.stateName!, edits)
  if (trace.stateName !== undefined && fields.tracestates === 0) {
    const from = edits.room(stateLineRoom(trace, 0))
    edits.add(fields.starts[fields.count]! + shift, 0, putStateLine(edits, from, trace.stateName, draft))
  }
}

function replaceState(
  { bytes, head, shift }: MarkedHead,
  draft: Draft,
  name: Uint8Array,
  edits: Edits,
): void {
  const { tracestateStart: start, tracestateEnd: end } = head.fields
  const to = edits.room(tracestateRoom(name, end - start))
  const stop = writeTracestate(edits.bytes, to, name, draft.ids, bytes, [start, end])
  edits.add(start + shift, end - start, stop)
}

/**
 * A traceparent that nobody may continue goes, with the tracestate that belonged to it (section 3.2.3).
 * @returns false where one of them has gone on already
 */
function removeFields({ bytes, head, first, shift }: MarkedHead, edits: Edits): boolean {
  const { fields } = head
  let whole = true
  for (let field = 0; field < fields.count; field++) {
    const start = fields.starts[field]!
    const length = nameLength(bytes, start)
    const isTrace =
      equalsIgnoreCase(bytes, start, NAMES.traceparent, length) ||
      equalsIgnoreCase(bytes, start, NAMES.tracestate, length)
    if (!isTrace) continue
    if (start < first) whole = false
    else edits.add(start + shift, fields.starts[field + 1]! - start, edits.length)
  }
  // A head that began in an earlier piece is the first one of this piece: every change so far is its own.
  if (!whole) edits.clear()
  return whole
}

function stateLineRoom({ stateName }: TraceSettings, arrived: number): number {
  return stateName === undefined ? 0 : TRACESTATE.length + tracestateRoom(stateName, arrived) + CRLF.length
}

function putStateLine(edits: Edits, from: number, name: Uint8Array, draft: Draft): number {
  const to = writeTracestate(
    edits.bytes,
    putBytes(edits.bytes, from, TRACESTATE),
    name,
    draft.ids,
    edits.bytes,
    [],
  )
  return putBytes(edits.bytes, to, CRLF)
}
