import type { CallRecord } from '../../model/call.ts'

/**
 * A call record in the words of OpenTelemetry's semantic conventions of 2026
 * (https://opentelemetry.io/docs/specs/semconv/http/http-spans/). What a convention does not name
 * stands under `tapmesh.`; nothing is said that the record does not say.
 */
export type SpanAttributes = Record<string, string | number>

/** Methods that may stand in `http.request.method`; others are `_OTHER` and stand beside it. */
const METHODS: ReadonlySet<string> = new Set([
  ...['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', 'QUERY'],
])

const HTTP: ReadonlySet<string> = new Set(['http', 'websocket'])

/** True where the record is the caller's side of its call. */
export function isCaller(call: CallRecord): boolean {
  return call.reporter === 'client'
}

function put(into: SpanAttributes, key: string, value: string | number): void {
  if (value !== '') into[key] = value
}

/** Host and port of `10.0.0.7:8080` or `[::1]:8080`. */
function putAddress(into: SpanAttributes, prefix: 'server' | 'client', instance: string): void {
  const [, host, port] = /^\[?(.*?)\]?(?::([0-9]{1,5}))?$/.exec(instance) ?? []
  put(into, `${prefix}.address`, host ?? '')
  if (port !== undefined) put(into, `${prefix}.port`, Number(port))
}

function putHttp(into: SpanAttributes, call: CallRecord): void {
  const known = METHODS.has(call.method)
  put(into, 'http.request.method', known ? call.method : '_OTHER')
  if (!known) put(into, 'http.request.method_original', call.method)
  put(into, isCaller(call) ? 'url.template' : 'http.route', call.route)
  put(into, 'url.path', call.path)
  put(into, 'url.scheme', call.security === 'plaintext' ? 'http' : 'https')
  if (/^[0-9]{3}$/.test(call.status)) put(into, 'http.response.status_code', Number(call.status))
  if (call.attempt > 1) put(into, 'http.request.resend_count', call.attempt - 1)
}

/** `error.type` of a call that failed for the side that tells of it: its status, else its outcome. */
export function errorType(call: CallRecord): string | undefined {
  // A 4xx is an error to who made the call, and none to who answered it.
  if (call.outcome === 'ok' || (call.outcome === 'client_error' && !isCaller(call))) return undefined
  return /^[45][0-9]{2}$/.test(call.status) ? call.status : call.outcome
}

export function attributesOf(call: CallRecord): SpanAttributes {
  const caller = isCaller(call)
  const attributes: SpanAttributes = {}
  if (HTTP.has(call.protocol)) putHttp(attributes, call)
  else put(attributes, 'network.protocol.name', call.protocol === 'opaque' ? '' : call.protocol)
  putAddress(attributes, 'server', call.destination_instance)
  if (!caller) putAddress(attributes, 'client', call.source_instance)
  put(attributes, 'service.peer.name', caller ? call.destination : call.source)
  put(attributes, 'error.type', errorType(call) ?? '')
  put(attributes, 'tapmesh.tap', call.tap)
  put(attributes, 'tapmesh.reporter', call.reporter)
  put(attributes, 'tapmesh.source_evidence', call.source_evidence)
  put(attributes, 'tapmesh.response_flags', call.response_flags)
  return attributes
}

/** The name of a span: method and route, never the path, which has no end of values. */
export function spanName(call: CallRecord): string {
  const method = HTTP.has(call.protocol) && !METHODS.has(call.method) ? 'HTTP' : call.method
  return [method, call.route].filter((part) => part !== '').join(' ') || call.protocol
}
