import type { CallRecord } from '../../../model/call.ts'
import type { CallDraft, CallParties } from '../../../tap-proxy/observe/call-draft.ts'

export const PARTIES: CallParties = {
  reporter: 'server',
  source: 'web-api',
  source_instance: '10.0.0.7',
  source_zone: 'eu-1',
  source_identity: '',
  source_evidence: 'trace',
  destination: 'orders',
  destination_instance: '127.0.0.1:3000',
  destination_zone: 'eu-1',
  destination_version: '1.4.2',
  protocol: 'http',
  security: 'plaintext',
}

/** A finished call as the relay would hand it over. */
export function draftOf(
  more: Partial<Omit<CallDraft, 'head'>> & { method?: string; path?: string } = {},
): CallDraft {
  const { method = 'GET', path = '/orders/42', ...rest } = more
  const head = Buffer.from(`${method} ${path} HTTP/1.1\r\n`)
  const methodEnd = Buffer.byteLength(method)
  return {
    ts: 1_760_000_000_123_456,
    duration_us: 1234,
    ttfb_us: 1000,
    tap_us: 12,
    request_bytes: 90,
    response_bytes: 250,
    ids: Buffer.from('0af7651916cd43dd8448eb211c80319cb7ad6b7169203331'),
    parent: Buffer.from('00f067aa0ba902b7'),
    hasParent: true,
    head,
    methodStart: 0,
    methodEnd,
    pathStart: methodEnd + 1,
    pathEnd: methodEnd + 1 + Buffer.byteLength(path),
    status: 200,
    outcome: 'ok',
    response_flags: '',
    parties: PARTIES,
    ...rest,
  }
}

/** The call record that a draft stands for. */
export function recordOf(draft: CallDraft, route: string, tap: string): CallRecord {
  return {
    ...draft.parties,
    ts: draft.ts,
    duration_us: draft.duration_us,
    ttfb_us: draft.ttfb_us,
    trace_id: draft.ids.toString('latin1', 0, 32),
    span_id: draft.ids.toString('latin1', 32, 48),
    parent_span_id: draft.hasParent ? draft.parent.toString('latin1') : '',
    method: draft.head.toString('utf8', draft.methodStart, draft.methodEnd),
    route,
    path: draft.head.toString('utf8', draft.pathStart, draft.pathEnd),
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
