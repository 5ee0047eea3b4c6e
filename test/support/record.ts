import fc from 'fast-check'
import { type CallRecord, EMPTY_RECORD } from '../../model/call.ts'
import { COLUMNS, type Column } from '../../model/column.ts'

/** A plain call record to be changed by a test. */
export function record(change: Partial<CallRecord> = {}): CallRecord {
  return {
    ...EMPTY_RECORD,
    ts: 1_790_000_000_123_456,
    duration_us: 1234,
    ttfb_us: 1000,
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    span_id: 'b7ad6b7169203331',
    source: 'web-api',
    source_instance: '10.0.0.1',
    source_zone: 'eu',
    source_evidence: 'trace',
    destination: 'cart',
    destination_instance: '10.0.0.2:8080',
    destination_zone: 'eu',
    destination_version: 'v1',
    method: 'GET',
    route: '/cart/{id}',
    path: '/cart/17',
    status: '200',
    request_bytes: 120,
    response_bytes: 340,
    tap: 'cart@host',
    tap_us: 12,
    ...change,
  }
}

const hex = (digits: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits })
const text = (max: number) => fc.string({ unit: 'binary', maxLength: max })
const printableText = fc.string({ unit: 'grapheme-ascii', maxLength: 20 })

/** Any record, with names and paths of any characters, control and broken ones included. */
export const anyRecord = fc.record(
  Object.fromEntries(COLUMNS.map((column) => [column.name, anyValue(column)])),
) as unknown as fc.Arbitrary<CallRecord>

function anyValue({ name, kind, max, values }: Column): fc.Arbitrary<unknown> {
  switch (kind) {
    case 'micros':
      return fc.nat({ max: 4_000_000_000_000_000 })
    case 'uint':
      return fc.nat({ max })
    case 'hex':
      return name === 'parent_span_id' ? fc.oneof(fc.constant(''), hex(max)) : hex(max)
    case 'enum':
      return fc.constantFrom(...values!)
    case 'list':
      return fc.array(text(20), { maxLength: 3 })
    case 'map':
      return fc.dictionary(printableText, text(20), { maxKeys: 3, noNullPrototype: true })
    default:
      return text(kind === 'text' ? 2500 : Math.min(300, max))
  }
}
