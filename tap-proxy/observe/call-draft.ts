import type { CallRecord, Outcome } from '../../model/call.ts'

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
  /** 0 where no answer came. */
  status: number
  outcome: Outcome
  /** Codes joined by commas. */
  response_flags: string
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
