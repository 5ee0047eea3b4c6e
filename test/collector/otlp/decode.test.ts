import fc from 'fast-check'
import { ProtobufFault } from '../../../collector/otlp/field-reader.ts'
import { JsonFault, readTraceJson } from '../../../collector/otlp/json.ts'
import { readTraceRequest } from '../../../collector/otlp/protobuf.ts'
import { type OtlpSpan, spanFault, type Values } from '../../../collector/otlp/span.ts'
import { jsonRequest, protobufRequest, spanOf, type TestSpan } from '../../support/otlp.ts'

interface Read {
  spans: { resource: Values; span: OtlpSpan }[]
  rejected: string[]
}

function read(body: Buffer | string): Read {
  const found: Read = { spans: [], rejected: [] }
  const sink = {
    span: (resource: Values, span: OtlpSpan) => void found.spans.push({ resource, span }),
    reject: (reason: string) => void found.rejected.push(reason),
  }
  if (typeof body === 'string') readTraceJson(body, sink)
  else readTraceRequest(body, sink)
  return found
}

const FULL: TestSpan = {
  parent_span_id: '00f067aa0ba902b7',
  trace_state: 'tapmesh=web-api~00f067aa0ba902b7,vendor=1',
  name: 'GET /cart/{id} – ünïcode',
  start: 1_790_000_000_123_456_789n,
  end: 1_790_000_000_124_999_001n,
  status_code: 2,
  attributes: {
    'http.request.method': 'GET',
    'http.response.status_code': 503,
    'url.full': 'http://cart:8080/cart/17?secret=1',
    'http.request.header.authorization': 'Bearer hidden',
    'db.query.text': 'SELECT secret',
    'http.request.resend_count': 2,
  },
}

test.each([
  ['protobuf', (spans: TestSpan[]) => protobufRequest(spans)],
  ['JSON', (spans: TestSpan[]) => jsonRequest(spans)],
])('%s: the fields of a span, exact to the microsecond, and only allowed attributes', (_, encode) => {
  const { spans, rejected } = read(encode([FULL]))
  expect(rejected).toEqual([])
  expect(spans).toHaveLength(1)
  expect(spans[0]!.resource).toEqual({
    'service.name': 'orders',
    'host.name': 'host-7',
    'service.version': '1.4.2',
  })
  expect(spans[0]!.span).toEqual({
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    span_id: 'b7ad6b7169203331',
    parent_span_id: '00f067aa0ba902b7',
    trace_state: FULL.trace_state,
    name: FULL.name,
    kind: 3,
    start_us: 1_790_000_000_123_456,
    end_us: 1_790_000_000_124_999,
    status_code: 2,
    attributes: {
      'http.request.method': 'GET',
      'http.response.status_code': '503',
      'url.full': 'http://cart:8080/cart/17?secret=1',
      'http.request.resend_count': '2',
    },
  })
})

const anySpan: fc.Arbitrary<TestSpan> = fc.record({
  trace_id: fc.stringMatching(/^[0-9a-f]{32}$/),
  span_id: fc.stringMatching(/^[0-9a-f]{16}$/),
  parent_span_id: fc.constantFrom('', '00f067aa0ba902b7'),
  name: fc.string({ unit: 'grapheme', maxLength: 200 }),
  kind: fc.nat({ max: 5 }),
  start: fc.bigInt({ min: 1n, max: 4_000_000_000_000_000_000n }),
  end: fc.bigInt({ min: 1n, max: 4_000_000_000_000_000_000n }),
  attributes: fc.dictionary(
    fc.constantFrom('http.request.method', 'server.port', 'url.path', 'not.kept'),
    fc.oneof(fc.string({ maxLength: 300 }), fc.integer(), fc.boolean()),
    { noNullPrototype: true },
  ),
  status_code: fc.nat({ max: 2 }),
})

test('both encodings of any span read the same', () => {
  fc.assert(
    fc.property(fc.array(anySpan, { maxLength: 3 }), (spans) => {
      expect(read(protobufRequest(spans))).toEqual(read(jsonRequest(spans)))
    }),
    { numRuns: 200 },
  )
})

test('protobuf that is cut or damaged anywhere either reads or is refused as a fault, and nothing else', () => {
  const whole = protobufRequest([FULL, {}])
  for (let length = 0; length < whole.length; length++) {
    try {
      expect(read(whole.subarray(0, length)).spans.length).toBeLessThan(2)
    } catch (error) {
      expect(error).toBeInstanceOf(ProtobufFault)
    }
  }
  fc.assert(
    fc.property(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }), (place, byte) => {
      const damaged = Buffer.from(whole)
      damaged[place] = byte
      try {
        read(damaged)
      } catch (error) {
        expect(error).toBeInstanceOf(ProtobufFault)
      }
    }),
    { numRuns: 2000 },
  )
})

test('any bytes are refused as a fault or hold no span', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      try {
        read(Buffer.from(bytes))
      } catch (error) {
        expect(error).toBeInstanceOf(ProtobufFault)
      }
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['no JSON', '{"resourceSpans":['],
  ['a text instead of an object', '"x"'],
  ['resourceSpans of the wrong type', '{"resourceSpans":{}}'],
  ['spans of the wrong type', '{"resourceSpans":[{"scopeSpans":[{"spans":7}]}]}'],
])('JSON: %s is a fault', (_, body) => {
  expect(() => read(body)).toThrow(JsonFault)
})

test('JSON: a span of the wrong form is rejected alone, with the reason', () => {
  const request = JSON.parse(jsonRequest([{}, {}, {}, {}])) as {
    resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[]
  }
  const { spans } = request.resourceSpans[0]!.scopeSpans[0]!
  spans[0]!['kind'] = 'SPAN_KIND_SERVER'
  spans[1]!['traceId'] = 7
  spans[2]!['startTimeUnixNano'] = '-1'
  const found = read(JSON.stringify(request))
  expect(found.spans).toHaveLength(1)
  expect(found.rejected).toEqual([
    'kind is not a whole number',
    'an id is not a text of hex digits',
    'a time is not nanoseconds as a whole number',
  ])
})

test.each([
  ['trace_id', { trace_id: '0'.repeat(32) }],
  ['trace_id', { trace_id: 'abcd' }],
  ['span_id', { span_id: '' }],
  ['parent_span_id', { parent_span_id: 'abcd' }],
  ['start_time_unix_nano', { start: 0n }],
  ['end_time_unix_nano', { end: 1n }],
])('a span with a bad %s has a fault that names it', (name, change) => {
  const { span } = read(jsonRequest([change])).spans[0]!
  expect(spanFault(span)).toContain(name)
  expect(spanFault(read(jsonRequest([spanOf()])).spans[0]!.span)).toBeUndefined()
})
