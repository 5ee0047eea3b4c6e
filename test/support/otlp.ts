import { PbfWriter } from 'pbf'

/** OTLP requests in both encodings, made of one description, for tests of the receiver. */
export interface TestSpan {
  trace_id?: string
  span_id?: string
  parent_span_id?: string
  trace_state?: string
  name?: string
  kind?: number
  /** Nanoseconds. */
  start?: bigint
  end?: bigint
  attributes?: Record<string, string | number | boolean>
  status_code?: number
}

export const SERVICE = { 'service.name': 'orders', 'host.name': 'host-7', 'service.version': '1.4.2' }

const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n

/** Defaults of a span: a CLIENT span of a millisecond that ends now. */
export function spanOf(change: TestSpan = {}): Required<TestSpan> {
  const start = change.start ?? nowNs() - 1_000_000n
  return {
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    span_id: 'b7ad6b7169203331',
    parent_span_id: '',
    trace_state: '',
    name: 'GET /cart/{id}',
    kind: 3,
    start,
    end: start + 1_000_000n,
    attributes: {},
    status_code: 0,
    ...change,
  }
}

function anyValue(value: string | number | boolean): Record<string, unknown> {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}

const keyValues = (values: Record<string, string | number | boolean>) =>
  Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }))

export function jsonRequest(spans: readonly TestSpan[], resource: Record<string, string> = SERVICE): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: keyValues(resource) },
        scopeSpans: [
          {
            scope: { name: 'test' },
            spans: spans.map(spanOf).map((span) => ({
              traceId: span.trace_id,
              spanId: span.span_id,
              parentSpanId: span.parent_span_id,
              traceState: span.trace_state,
              name: span.name,
              kind: span.kind,
              startTimeUnixNano: String(span.start),
              endTimeUnixNano: String(span.end),
              attributes: keyValues(span.attributes),
              status: { code: span.status_code },
              flags: 257,
            })),
          },
        ],
      },
    ],
  })
}

/** As bytes: pbf's own writer of strings spoils characters beyond the basic plane. */
const writeText = (to: PbfWriter, field: number, text: string): void =>
  to.writeBytesField(field, Buffer.from(text, 'utf8'))

const hex = (text: string): Uint8Array => Buffer.from(text, 'hex')

function writeFixed64(tag: number, value: bigint, to: PbfWriter): void {
  to.writeTag(tag, 1)
  to.writeFixed32(Number(value & 0xffffffffn))
  to.writeFixed32(Number(value >> 32n))
}

function writeKeyValue([key, value]: [string, string | number | boolean], to: PbfWriter): void {
  writeText(to, 1, key)
  to.writeMessage(
    2,
    (one, any) => {
      if (typeof one === 'string') writeText(any, 1, one)
      else if (typeof one === 'boolean') any.writeBooleanField(2, one)
      else if (Number.isInteger(one)) any.writeVarintField(3, one)
      else any.writeDoubleField(4, one)
    },
    value,
  )
}

function writeSpan(span: Required<TestSpan>, to: PbfWriter): void {
  to.writeBytesField(1, hex(span.trace_id))
  to.writeBytesField(2, hex(span.span_id))
  writeText(to, 3, span.trace_state)
  if (span.parent_span_id !== '') to.writeBytesField(4, hex(span.parent_span_id))
  writeText(to, 5, span.name)
  to.writeVarintField(6, span.kind)
  writeFixed64(7, span.start, to)
  writeFixed64(8, span.end, to)
  for (const entry of Object.entries(span.attributes)) to.writeMessage(9, writeKeyValue, entry)
  to.writeMessage(15, (code, status) => status.writeVarintField(3, code), span.status_code)
  to.writeTag(16, 5)
  to.writeFixed32(257)
}

export function protobufRequest(
  spans: readonly TestSpan[],
  resource: Record<string, string> = SERVICE,
): Buffer {
  const request = new PbfWriter()
  request.writeMessage(
    1,
    (_, group) => {
      group.writeMessage(
        1,
        (values, to) => {
          for (const entry of Object.entries(values)) to.writeMessage(1, writeKeyValue, entry)
        },
        resource,
      )
      group.writeMessage(
        2,
        (all, scope) => {
          for (const span of all) scope.writeMessage(2, writeSpan, spanOf(span))
        },
        spans,
      )
    },
    undefined,
  )
  return Buffer.from(request.finish())
}
