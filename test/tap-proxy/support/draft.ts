import type { CallRecord } from '../../../model/call.ts'
import { type CallDraft, type CallParties, recordOf } from '../../../protocol/call-draft.ts'
import { NO_ATTRIBUTES } from '../../../protocol/draft.ts'

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
    route: undefined,
    status: '200',
    outcome: 'ok',
    response_flags: '',
    finding: '',
    attempt: 1,
    verdicts: [],
    config_version: '',
    attributes: NO_ATTRIBUTES,
    parties: PARTIES,
    ...rest,
  }
}

/** The call record that a draft stands for, its texts whole. */
export function wholeRecordOf(draft: CallDraft, route: string, tap: string): CallRecord {
  const text = (start: number, end: number): string => draft.head.toString('utf8', start, end)
  const method = text(draft.methodStart, draft.methodEnd)
  return recordOf(draft, { method, route, path: text(draft.pathStart, draft.pathEnd) }, tap)
}
