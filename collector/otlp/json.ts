import { type OtlpSpan, RESOURCE_KEYS, SPAN_KEYS, type SpanSink, type Values } from './span.ts'

/** The text is no JSON, or not of the form of an ExportTraceServiceRequest. */
export class JsonFault extends Error {}

type Json = Record<string, unknown>

/**
 * Reads an ExportTraceServiceRequest in the JSON encoding of OTLP
 * (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): keys in lowerCamelCase, ids as
 * hex digits, 64-bit numbers as text or number, enums as numbers, unknown keys left out. A span of
 * the wrong form is rejected alone.
 * @throws JsonFault where what holds the spans is not of its form
 */
export function readTraceJson(text: string, sink: SpanSink): void {
  let request: unknown
  try {
    request = JSON.parse(text)
  } catch (cause) {
    throw new JsonFault('the body is no JSON', { cause })
  }
  for (const group of listOf(objectOf(request, 'the body'), 'resourceSpans')) {
    const { resource = {}, ...own } = objectOf(group, 'an entry of resourceSpans')
    const values = valuesOf(objectOf(resource ?? {}, 'a resource'), RESOURCE_KEYS)
    for (const scope of listOf(own, 'scopeSpans')) {
      for (const span of listOf(objectOf(scope, 'an entry of scopeSpans'), 'spans')) {
        const read = spanOf(span)
        if (typeof read === 'string') sink.reject(read)
        else sink.span(values, read)
      }
    }
  }
}

function objectOf(value: unknown, what: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json
  throw new JsonFault(`${what} is not an object`)
}

function listOf(value: Json, key: string): unknown[] {
  const list = value[key] ?? []
  if (Array.isArray(list)) return list
  throw new JsonFault(`${key} is not a list`)
}

/** A span, or in words what is wrong with it. */
function spanOf(value: unknown): OtlpSpan | string {
  if (typeof value !== 'object' || value === null) return 'a span is not an object'
  const json = value as Json
  const text = (key: string): string | undefined => {
    const found = json[key] ?? ''
    return typeof found === 'string' ? found : undefined
  }
  const [trace_id, span_id, parent_span_id] = [text('traceId'), text('spanId'), text('parentSpanId')]
  const [trace_state, name] = [text('traceState'), text('name')]
  const kind = json['kind'] ?? 0
  const status = json['status'] ?? {}
  const start_us = microsOf(json['startTimeUnixNano'])
  const end_us = microsOf(json['endTimeUnixNano'])
  if (trace_id === undefined || span_id === undefined || parent_span_id === undefined) {
    return 'an id is not a text of hex digits'
  }
  if (trace_state === undefined || name === undefined) return 'name or traceState is not a text'
  if (!Number.isInteger(kind)) return 'kind is not a whole number'
  if (start_us === undefined || end_us === undefined) return 'a time is not nanoseconds as a whole number'
  if (typeof status !== 'object') return 'status is not an object'
  const code = (status as Json | null)?.['code'] ?? 0
  if (!Number.isInteger(code)) return 'status.code is not a whole number'
  if (!Array.isArray(json['attributes'] ?? [])) return 'attributes is not a list'
  return {
    trace_id: trace_id.toLowerCase(),
    span_id: span_id.toLowerCase(),
    parent_span_id: parent_span_id.toLowerCase(),
    trace_state,
    name,
    kind: kind as number,
    start_us,
    end_us,
    status_code: code as number,
    attributes: valuesOf(json, SPAN_KEYS),
  }
}

/** Nanoseconds as text or number -> whole microseconds. */
function microsOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return 0
  if (typeof value === 'number') {
    return Number.isInteger(value) && value >= 0 ? Math.floor(value / 1000) : undefined
  }
  if (typeof value !== 'string' || !/^[0-9]{1,19}$/.test(value)) return undefined
  return Number(value.slice(0, -3))
}

/** Attributes of `keys`; what is not of the form of a KeyValue is left out. */
function valuesOf(owner: Json, keys: ReadonlySet<string>): Values {
  const values: Record<string, string> = {}
  const list = owner['attributes']
  if (!Array.isArray(list)) return values
  for (const entry of list as unknown[]) {
    if (typeof entry !== 'object' || entry === null) continue
    const { key, value } = entry as Json
    if (typeof key !== 'string' || !keys.has(key) || typeof value !== 'object' || value === null) continue
    const { stringValue, intValue, doubleValue, boolValue } = value as Json
    const found = stringValue ?? intValue ?? doubleValue ?? boolValue
    if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') {
      values[key] = String(found)
    }
  }
  return values
}
