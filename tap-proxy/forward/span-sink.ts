import type { Forwarder } from '../../forward/forwarder.ts'
import type { CallRecord } from '../../model/call.ts'
import { printable } from '../../model/row.ts'
import type { CallDraft } from '../observe/call-draft.ts'
import type { Route } from '../observe/route-trie.ts'
import type { RoutedSink } from '../observe/routed-sink.ts'

/** Longest method and path that a span carries. */
const TEXT_MAX = 1024
const TRACE_ID_DIGITS = 32
const IDS_DIGITS = 48

/** Hands calls of sampled traces to the forwarder; of every other call it looks at one byte of the id. */
export class SpanSink implements RoutedSink {
  readonly #forwarder: Forwarder
  readonly #tap: string

  constructor(forwarder: Forwarder, tap: string) {
    this.#forwarder = forwarder
    this.#tap = tap
  }

  call(draft: CallDraft, route: Route): void {
    if (this.#forwarder.takes(draft.ids, 0)) this.#forwarder.offer(recordOf(draft, route, this.#tap))
  }
}

function textOf(draft: CallDraft, start: number, end: number): string {
  return printable(draft.head.toString('latin1', start, Math.min(end, start + TEXT_MAX)))
}

/** The draft as a record of its own, which the next call does not change. */
function recordOf(draft: CallDraft, route: Route, tap: string): CallRecord {
  return {
    ...draft.parties,
    ts: draft.ts,
    duration_us: draft.duration_us,
    ttfb_us: draft.ttfb_us,
    trace_id: draft.ids.toString('latin1', 0, TRACE_ID_DIGITS),
    span_id: draft.ids.toString('latin1', TRACE_ID_DIGITS, IDS_DIGITS),
    parent_span_id: draft.hasParent ? draft.parent.toString('latin1') : '',
    method: textOf(draft, draft.methodStart, draft.methodEnd),
    route: route.text,
    path: textOf(draft, draft.pathStart, draft.pathEnd),
    status: draft.status === 0 ? '' : String(draft.status),
    outcome: draft.outcome,
    response_flags: draft.response_flags,
    request_bytes: draft.request_bytes,
    response_bytes: draft.response_bytes,
    attempt: 1,
    verdicts: [],
    config_version: '',
    tap,
    tap_us: draft.tap_us,
    attributes: {},
  }
}
