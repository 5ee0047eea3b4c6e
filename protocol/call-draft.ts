import { type CallRecord, EMPTY_RECORD, type Outcome } from '../model/call.ts'
import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from '../wire/trace-context.ts'
import type { Route } from './route/route-trie.ts'

/**
 * What the relay knows of one call when it ends. One draft lives in each connection and is used
 * again for the next call, so a sink copies what it keeps and never holds on to a draft.
 * Texts that nobody may need stay bytes: `head` is the connection's own copy of the request's
 * start line, and path and method are offsets into it.
 */
export interface CallDraft {
  /** Wall clock, microseconds since 1970 (a whole number below 2^53). */
  ts: number
  duration_us: number
  ttfb_us: number
  tap_us: number
  request_bytes: number
  response_bytes: number
  /** 48 hex digits as ASCII: trace id (32), span id (16). */
  ids: Buffer
  /** 16 hex digits as ASCII, valid where `hasParent`. */
  parent: Buffer
  hasParent: boolean
  /** Start line's bytes; valid only during the sink's call. */
  head: Buffer
  methodStart: number
  methodEnd: number
  /** Path without its query. */
  pathStart: number
  pathEnd: number
  /** What the protocol calls the target (table, topic, service); undefined: a template of the path. */
  route: Route | undefined
  /** As the protocol writes it, the same object for the same text; empty where no answer came. */
  status: string
  outcome: Outcome
  /** Codes joined by commas. */
  response_flags: string
  /** Rule of strict HTTP parsing that the call's messages broke (`Q11`, `S3`), or empty. */
  finding: string
  /** 1 for the first attempt. */
  attempt: number
  /** What a policy said (model/verdict.ts); the same object for the same texts. */
  verdicts: readonly string[]
  /** Revision of the policy that was asked; empty where none was. */
  config_version: string
  /** Allow-listed values besides the columns; the same object for the same values, so that a sink can cache bytes for it. */
  attributes: Readonly<Record<string, string>>
  /** What stays the same over many calls of a listener; compared by identity, so that a sink can cache bytes for it. */
  parties: CallParties
}

export type CallParties = Pick<
  CallRecord,
  | 'reporter'
  | 'source'
  | 'source_instance'
  | 'source_zone'
  | 'source_identity'
  | 'source_evidence'
  | 'destination'
  | 'destination_instance'
  | 'destination_zone'
  | 'destination_version'
  | 'protocol'
  | 'security'
>

/** Takes finished calls: the row writer, the access log, the metrics. Must not throw and must not keep the draft. */
export interface CallSink {
  call(draft: CallDraft): void
}

/** What of a draft is bytes, as text; whoever makes a record says how long it may be. */
type DraftTexts = Pick<CallRecord, 'method' | 'route' | 'path'>

/** The draft as a record of its own, which the next call does not change. */
export function recordOf(draft: CallDraft, { method, route, path }: DraftTexts, tap: string): CallRecord {
  return {
    ...EMPTY_RECORD,
    ...draft.parties,
    ts: draft.ts,
    duration_us: draft.duration_us,
    ttfb_us: draft.ttfb_us,
    trace_id: draft.ids.toString('latin1', 0, TRACE_ID_DIGITS),
    span_id: draft.ids.toString('latin1', TRACE_ID_DIGITS, TRACE_ID_DIGITS + SPAN_ID_DIGITS),
    parent_span_id: draft.hasParent ? draft.parent.toString('latin1') : '',
    method,
    route,
    path,
    status: draft.status,
    outcome: draft.outcome,
    response_flags: draft.response_flags,
    request_bytes: draft.request_bytes,
    response_bytes: draft.response_bytes,
    attempt: draft.attempt,
    verdicts: draft.verdicts,
    config_version: draft.config_version,
    tap,
    tap_us: draft.tap_us,
    attributes: draft.attributes,
  }
}
