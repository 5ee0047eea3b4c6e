import { FieldReader, ProtobufFault } from './field-reader.ts'
import { type OtlpSpan, RESOURCE_KEYS, SPAN_KEYS, type SpanSink, type Values } from './span.ts'

/**
 * Reads an ExportTraceServiceRequest (opentelemetry-proto
 * `collector/trace/v1/trace_service.proto`, `trace/v1/trace.proto`, `common/v1/common.proto`).
 * @throws ProtobufFault where the bytes are not such a message
 */
export function readTraceRequest(bytes: Buffer, sink: SpanSink): void {
  const reader = new FieldReader(bytes)
  try {
    reader.message(0, reader.length, (field, end) => {
      if (field !== 1) return
      const until = reader.open(end)
      readResourceSpans(reader, until, sink)
      reader.close(until)
    })
  } catch (cause) {
    if (cause instanceof ProtobufFault) throw cause
    // The reader itself gives up by RangeError at the end of the bytes, by Error on unknown types.
    throw new ProtobufFault('the bytes end in the middle of a field, or are no protobuf', { cause })
  }
}

/** Spans may stand before the resource they belong to, so their places are gathered first. */
function readResourceSpans(reader: FieldReader, end: number, sink: SpanSink): void {
  const scopes: number[] = []
  let resource: Values = {}
  reader.message(reader.position, end, (field, own) => {
    if (field !== 1 && field !== 2) return
    const until = reader.open(own)
    if (field === 1) resource = readAttributes(reader, until, 1, RESOURCE_KEYS)
    else scopes.push(reader.position, until)
    reader.close(until)
  })
  for (let at = 0; at < scopes.length; at += 2) {
    reader.message(scopes[at]!, scopes[at + 1]!, (field, own) => {
      if (field !== 2) return
      const until = reader.open(own)
      sink.span(resource, readSpan(reader, until))
      reader.close(until)
    })
  }
}

function readSpan(reader: FieldReader, end: number): OtlpSpan {
  const attributes: Record<string, string> = {}
  const span: OtlpSpan = {
    trace_id: '',
    span_id: '',
    parent_span_id: '',
    trace_state: '',
    name: '',
    kind: 0,
    start_us: 0,
    end_us: 0,
    status_code: 0,
    attributes,
  }
  reader.message(reader.position, end, (field, own) => {
    switch (field) {
      case 1:
        span.trace_id = reader.hex(own)
        break
      case 2:
        span.span_id = reader.hex(own)
        break
      case 3:
        span.trace_state = reader.text(own)
        break
      case 4:
        span.parent_span_id = reader.hex(own)
        break
      case 5:
        span.name = reader.text(own)
        break
      case 6:
        span.kind = reader.varint()
        break
      case 7:
        span.start_us = reader.micros(own)
        break
      case 8:
        span.end_us = reader.micros(own)
        break
      case 9: {
        const until = reader.open(own)
        readKeyValue(reader, until, SPAN_KEYS, attributes)
        reader.close(until)
        break
      }
      case 15: {
        const until = reader.open(own)
        span.status_code = readStatusCode(reader, until)
        reader.close(until)
      }
    }
  })
  return span
}

/** Attributes under field `number` of a message, those of `keys` only. */
function readAttributes(reader: FieldReader, end: number, number: number, keys: ReadonlySet<string>): Values {
  const values: Record<string, string> = {}
  reader.message(reader.position, end, (field, own) => {
    if (field !== number) return
    const until = reader.open(own)
    readKeyValue(reader, until, keys, values)
    reader.close(until)
  })
  return values
}

function readKeyValue(
  reader: FieldReader,
  end: number,
  keys: ReadonlySet<string>,
  into: Record<string, string>,
): void {
  let key = ''
  let start = -1
  let stop = -1
  reader.message(reader.position, end, (field, own) => {
    if (field === 1) key = reader.text(own)
    else if (field === 2) {
      stop = reader.open(own)
      start = reader.position
      reader.close(stop)
    }
  })
  if (start === -1 || !keys.has(key)) return
  const value = readAnyValue(reader, start, stop)
  if (value !== undefined) into[key] = value
}

/** Text, boolean, whole or broken number as text; lists, maps and bytes are left out and never walked into. */
function readAnyValue(reader: FieldReader, start: number, end: number): string | undefined {
  let value: string | undefined
  reader.message(start, end, (field, own) => {
    if (field === 1) value = reader.text(own)
    else if (field === 2) value = String(reader.varint() !== 0)
    else if (field === 3) value = String(reader.varint(true))
    else if (field === 4) value = String(reader.double(own))
  })
  return value
}

function readStatusCode(reader: FieldReader, end: number): number {
  let code = 0
  reader.message(reader.position, end, (field) => {
    if (field === 3) code = reader.varint()
  })
  return code
}
