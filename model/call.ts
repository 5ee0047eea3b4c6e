import type { Protocol } from './protocol.ts'

export { PROTOCOLS, type Protocol } from './protocol.ts'

/**
 * The call record: one request and its answer, whatever the protocol; one row.
 * Names are fixed by DESIGN 4.2; docs/columns.md is generated from model/column.ts.
 */

/** Who saw the call. One call seen from both sides is two rows with different reporters. */
export const REPORTERS = ['client', 'server', 'observer', 'otlp', 'log'] as const
export type Reporter = (typeof REPORTERS)[number]

/** Which reporter's count is taken for an edge: the callee's tap, else the caller's, else what others saw. */
export const REPORTER_ORDER: readonly Reporter[] = ['server', 'client', 'observer', 'otlp', 'log']

/** How the caller's name is known, from the strongest evidence to the weakest. */
export const SOURCE_EVIDENCE = ['mtls', 'trace', 'config', 'socket', 'dns', 'address', 'none'] as const
export type SourceEvidence = (typeof SOURCE_EVIDENCE)[number]

/** How the call ended; model/outcome.ts says what counts as an error. */
export const OUTCOMES = [
  'ok',
  'client_error',
  'server_error',
  'timeout',
  'reset',
  'denied',
  'unfinished',
] as const
export type Outcome = (typeof OUTCOMES)[number]

export const SECURITY = ['plaintext', 'tls', 'mtls'] as const
export type Security = (typeof SECURITY)[number]

/** Envoy's short codes for what the tap itself saw or did; several are joined by a comma. */
export const RESPONSE_FLAGS = {
  UF: 'upstream connection failure',
  UH: 'no healthy upstream: no address is known',
  UC: 'upstream closed the connection before the answer was complete',
  UR: 'upstream reset the connection',
  UT: 'upstream request timeout',
  URX: 'not tried again: the retry budget was spent',
  UPE: 'upstream broke the protocol',
  DC: 'downstream (client) closed the connection',
  DPE: 'downstream (client) broke the protocol',
  DT: 'downstream was too slow: head or body deadline passed',
  IH: 'invalid head: rejected by the strict parser',
  SI: 'stream idle timeout',
  NR: 'no route: the destination is not on the allow-list',
  DR: 'the tap was told to stop before the call ended',
  UO: 'overflow: a limit of the tap, or of a connection pool, was reached',
  RL: 'rate limited by a policy',
  op: 'relayed without decoding from some point on (the reason is an attribute)',
  lo: 'loop: the connection led back to the listener it came from',
  az: 'refused by a policy of authorization',
  mt: 'refused for want of mutual TLS',
} as const
export type ResponseFlag = keyof typeof RESPONSE_FLAGS

/** The bucket past a cap on distinct values. */
export const OTHER = '__other__'

/** Name under which rows made of spans are counted where taps are; no tap may be meant by it. */
export const OTLP_TAP = 'otlp'

/** Source of a call whose caller nobody named. */
export const UNKNOWN_CALLER = 'unknown'

export interface CallRecord {
  /** Start, microseconds since 1970-01-01 UTC. */
  ts: number
  duration_us: number
  /** Time to first byte of the answer; 0 where no answer came. */
  ttfb_us: number
  /** 32 lower-case hex digits (W3C trace context). */
  trace_id: string
  /** 16 lower-case hex digits. */
  span_id: string
  /** 16 lower-case hex digits, or empty for a root. */
  parent_span_id: string
  reporter: Reporter
  source: string
  source_instance: string
  source_zone: string
  source_identity: string
  source_evidence: SourceEvidence
  destination: string
  destination_instance: string
  destination_zone: string
  destination_version: string
  protocol: Protocol
  method: string
  route: string
  /** Raw, without the query string. */
  path: string
  /** As the protocol writes it; empty where no answer came. */
  status: string
  outcome: Outcome
  /** Codes of RESPONSE_FLAGS joined by commas, or empty. */
  response_flags: string
  request_bytes: number
  response_bytes: number
  /** 1 for the first attempt. */
  attempt: number
  security: Security
  /** `feature=would_deny;rule=id`, one entry a feature that decided something. */
  verdicts: readonly string[]
  config_version: string
  tap: string
  /** Time spent inside the tap. */
  tap_us: number
  /** Allow-listed values only. */
  attributes: Readonly<Record<string, string>>
}

/** A call of which nothing is known yet. */
export const EMPTY_RECORD: CallRecord = {
  ts: 0,
  duration_us: 0,
  ttfb_us: 0,
  trace_id: '',
  span_id: '',
  parent_span_id: '',
  reporter: 'server',
  source: '',
  source_instance: '',
  source_zone: '',
  source_identity: '',
  source_evidence: 'none',
  destination: '',
  destination_instance: '',
  destination_zone: '',
  destination_version: '',
  protocol: 'http',
  method: '',
  route: '',
  path: '',
  status: '',
  outcome: 'ok',
  response_flags: '',
  request_bytes: 0,
  response_bytes: 0,
  attempt: 1,
  security: 'plaintext',
  verdicts: [],
  config_version: '',
  tap: '',
  tap_us: 0,
  attributes: {},
}
