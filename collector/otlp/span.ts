/**
 * What tapmesh keeps of an OTLP span, whichever encoding it came in. Field names and numbers follow
 * opentelemetry-proto `trace/v1/trace.proto`; attributes follow the semantic conventions, those of
 * 2026 and the deprecated ones that instrumented programs still send.
 */
export const KIND = { unspecified: 0, internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const
export const STATUS_ERROR = 2

/** Values of attributes by their keys; numbers and booleans as text, lists and maps left out. */
export type Values = Readonly<Record<string, string | undefined>>

export interface OtlpSpan {
  /** Lower-case hex digits as they came; checked by `spanFault`. */
  trace_id: string
  span_id: string
  /** Empty for a root. */
  parent_span_id: string
  trace_state: string
  name: string
  /** One of KIND. */
  kind: number
  /** Microseconds since 1970-01-01 UTC. */
  start_us: number
  end_us: number
  /** 0 unset, 1 ok, 2 error. */
  status_code: number
  attributes: Values
}

/** Takes spans as they are decoded, with the attributes of the resource they come from. */
export interface SpanSink {
  span(resource: Values, span: OtlpSpan): void
  /** A span that could not be read while others of the request can. */
  reject(reason: string): void
}

/** Attributes of a resource that are read; no other leaves the request. */
export const RESOURCE_KEYS: ReadonlySet<string> = new Set([
  'service.name',
  'service.version',
  'service.instance.id',
  'host.name',
  'cloud.availability_zone',
  'cloud.region',
])

/** Attributes of a span that are read: no header, no body, no statement, no query string. */
export const SPAN_KEYS: ReadonlySet<string> = new Set([
  ...['service.peer.name', 'peer.service', 'server.address', 'server.port', 'client.address'],
  ...['network.peer.address', 'network.peer.port', 'net.peer.name', 'net.peer.port', 'net.peer.ip'],
  ...['net.sock.peer.addr', 'error.type', 'url.path', 'url.full', 'url.scheme', 'url.template'],
  ...['http.request.method', 'http.response.status_code', 'http.route', 'http.request.resend_count'],
  ...['http.request.body.size', 'http.response.body.size', 'http.request.size', 'http.response.size'],
  ...['http.method', 'http.status_code', 'http.target', 'http.url', 'http.scheme'],
  ...['http.request_content_length', 'http.response_content_length'],
  ...['db.system.name', 'db.system', 'db.operation.name', 'db.operation', 'db.collection.name'],
  ...['db.sql.table', 'db.namespace', 'db.name'],
  ...['rpc.system.name', 'rpc.system', 'rpc.service', 'rpc.method', 'rpc.status_code'],
  ...['rpc.response.status_code', 'rpc.grpc.status_code'],
  ...['messaging.system', 'messaging.destination.name'],
  ...['messaging.operation.name', 'messaging.operation.type', 'messaging.operation'],
])

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/

/** What keeps a span from being stored, in words, or undefined. */
export function spanFault(span: OtlpSpan): string | undefined {
  if (!TRACE_ID.test(span.trace_id)) return 'trace_id is not 16 bytes, or all zero'
  if (!SPAN_ID.test(span.span_id)) return 'span_id is not 8 bytes, or all zero'
  if (span.parent_span_id !== '' && !SPAN_ID.test(span.parent_span_id)) {
    return 'parent_span_id is not 8 bytes, or all zero'
  }
  if (!(span.start_us > 0)) return 'start_time_unix_nano is missing'
  if (!(span.end_us >= span.start_us)) return 'end_time_unix_nano is missing or before the start'
  return undefined
}
