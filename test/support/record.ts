import fc from 'fast-check'
import type { CallRecord } from '../../model/call.ts'
import { OUTCOMES, PROTOCOLS, REPORTERS, SECURITY, SOURCE_EVIDENCE } from '../../model/call.ts'

/** A plain call record to be changed by a test. */
export function record(change: Partial<CallRecord> = {}): CallRecord {
  return {
    ts: 1_790_000_000_123_456,
    duration_us: 1234,
    ttfb_us: 1000,
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    span_id: 'b7ad6b7169203331',
    parent_span_id: '',
    reporter: 'server',
    source: 'web-api',
    source_instance: '10.0.0.1',
    source_zone: 'eu',
    source_identity: '',
    source_evidence: 'trace',
    destination: 'cart',
    destination_instance: '10.0.0.2:8080',
    destination_zone: 'eu',
    destination_version: 'v1',
    protocol: 'http',
    method: 'GET',
    route: '/cart/{id}',
    path: '/cart/17',
    status: '200',
    outcome: 'ok',
    response_flags: '',
    request_bytes: 120,
    response_bytes: 340,
    attempt: 1,
    security: 'plaintext',
    verdicts: [],
    config_version: '',
    tap: 'cart@host',
    tap_us: 12,
    attributes: {},
    ...change,
  }
}

const uint = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const hex = (digits: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits })
const text = (max: number) => fc.string({ unit: 'binary', maxLength: max })
const printableText = fc.string({ unit: 'grapheme-ascii', maxLength: 20 })

/** Any record, with names and paths of any characters, control and broken ones included. */
export const anyRecord: fc.Arbitrary<CallRecord> = fc.record({
  ts: fc.nat({ max: 4_000_000_000_000_000 }),
  duration_us: uint,
  ttfb_us: uint,
  trace_id: hex(32),
  span_id: hex(16),
  parent_span_id: fc.oneof(fc.constant(''), hex(16)),
  reporter: fc.constantFrom(...REPORTERS),
  source: text(40),
  source_instance: text(40),
  source_zone: text(10),
  source_identity: text(40),
  source_evidence: fc.constantFrom(...SOURCE_EVIDENCE),
  destination: text(300),
  destination_instance: text(40),
  destination_zone: text(10),
  destination_version: text(10),
  protocol: fc.constantFrom(...PROTOCOLS),
  method: text(32),
  route: text(60),
  path: text(2500),
  status: text(5),
  outcome: fc.constantFrom(...OUTCOMES),
  response_flags: text(8),
  request_bytes: uint,
  response_bytes: uint,
  attempt: fc.nat({ max: 255 }),
  security: fc.constantFrom(...SECURITY),
  verdicts: fc.array(text(20), { maxLength: 3 }),
  config_version: text(10),
  tap: text(20),
  tap_us: fc.nat({ max: 0xffffffff }),
  attributes: fc.dictionary(printableText, text(20), { maxKeys: 3, noNullPrototype: true }),
})
