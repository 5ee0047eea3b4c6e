import type { Draft } from '../../protocol/draft.ts'
import { dropFields } from '../../wire/http1/field-table.ts'
import { NAMES } from '../../wire/http1/names.ts'
import type { RequestHead } from '../../wire/http1/request.ts'
import {
  FLAGS_RECORDED,
  findCaller,
  isTraceparent,
  readFlags,
  readTraceparent,
  type ServiceRange,
  SPAN_ID_DIGITS,
  TRACE_ID_DIGITS,
} from '../../wire/trace-context.ts'
import type { RelayRuntime } from '../relay/runtime.ts'

/** Place of the believed caller's name in the head; valid until the next call. */
export const believed: ServiceRange = { start: 0, end: 0 }

/**
 * Continues the trace of a request or starts one, and fills the draft's ids. A traceparent that is
 * malformed or came twice is dropped together with tracestate (Q42).
 * @returns the trace's flags as two digits
 */
export function continueTrace(bytes: Buffer, head: RequestHead, draft: Draft, runtime: RelayRuntime): number {
  const { fields } = head
  let flags = FLAGS_RECORDED
  draft.hasParent = false
  draft.fromTap = false
  if (fields.traceparents === 1 && isTraceparent(bytes, fields.traceparentStart, fields.traceparentEnd)) {
    readTraceparent(bytes, fields.traceparentStart, draft.ids, draft.parent)
    draft.hasParent = true
    flags = readFlags(bytes, fields.traceparentStart)
  } else {
    startTrace(draft, runtime)
    if (fields.traceparents > 0) runtime.counters.traceRestarts++
  }
  // An inbound tap says the same by the caller's evidence. Read here, before the fields are rewritten.
  draft.fromTap = runtime.settings.kind !== 'inbound' && namesCaller(bytes, head, draft)
  // An outbound tap writes one tracestate of its own, into which the arriving members are merged.
  const rewritten = !draft.hasParent || runtime.settings.kind !== 'inbound'
  if (rewritten && !runtime.settings.untouched && fields.tracestates > 0) {
    dropFields(bytes, NAMES.tracestate, fields)
  }
  if (!runtime.settings.untouched && fields.traceparents > 0) dropFields(bytes, NAMES.traceparent, fields)
  if (draft.hasParent) runtime.ids.write(draft.ids, TRACE_ID_DIGITS, SPAN_ID_DIGITS)
  return flags
}

/** Writes new ids: a trace that begins with this call. */
export function startTrace(draft: Draft, { ids, counters }: RelayRuntime): void {
  ids.write(draft.ids, 0, TRACE_ID_DIGITS)
  ids.write(draft.ids, TRACE_ID_DIGITS, SPAN_ID_DIGITS)
  counters.traceStarts++
}

/** True where tracestate names the caller and the name is fresh; its place is then in `believed`. */
export function namesCaller(bytes: Buffer, head: RequestHead, draft: Draft): boolean {
  const { fields } = head
  return (
    draft.hasParent &&
    fields.tracestates > 0 &&
    findCaller(bytes, fields.tracestateStart, fields.tracestateEnd, draft.parent, believed)
  )
}
