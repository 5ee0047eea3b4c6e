import { type CallRecord, type Outcome, PROTOCOLS, type Protocol } from '../../model/call.ts'
import { httpOutcome } from '../../model/outcome.ts'
import { type OtlpSpan, STATUS_ERROR, type Values } from './span.ts'

/** What a span says of the request it made or answered: protocol, method, route, path, status, sizes. */
export type SpanRequest = Pick<
  CallRecord,
  'protocol' | 'method' | 'route' | 'path' | 'status' | 'outcome' | 'request_bytes' | 'response_bytes'
>

const known: ReadonlySet<string> = new Set(PROTOCOLS)

/** Names of `db.system.name`, `rpc.system` and `messaging.system` -> the protocol's name here, where it differs. */
const SYSTEMS: Readonly<Record<string, string>> = {
  postgresql: 'postgres',
  mariadb: 'mysql',
  'microsoft.sql_server': 'mssql',
  valkey: 'redis',
}

function protocolOf(system: string): Protocol {
  const name = SYSTEMS[system] ?? system
  return known.has(name) ? (name as Protocol) : 'opaque'
}

function bytesOf(...texts: (string | undefined)[]): number {
  const text = texts.find((one) => one !== undefined)
  const value = Number(text)
  return text !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : 0
}

/** Path without query string, fragment and host, whichever attribute brings it. */
function pathOf(values: Values): string {
  const url = values['url.full'] ?? values['http.url']
  const path = values['url.path'] ?? values['http.target']
  if (path !== undefined) return path.split(/[?#]/, 1)[0]!
  return url !== undefined && URL.canParse(url) ? new URL(url).pathname : ''
}

/** `error.type` of timeouts and of connections that broke, as runtimes and instrumentations write them. */
const TIMEOUT = /time(d)?_?out|DEADLINE_EXCEEDED/i
const RESET = /ECONNRESET|ECONNREFUSED|EPIPE|reset|refused|closed/i

function failure(values: Values): Outcome {
  const type = values['error.type'] ?? ''
  if (TIMEOUT.test(type)) return 'timeout'
  return RESET.test(type) ? 'reset' : 'server_error'
}

function outcomeOf(span: OtlpSpan, status: string): Outcome {
  if (/^[1-5][0-9]{2}$/.test(status)) return httpOutcome(Number(status))
  return span.status_code === STATUS_ERROR ? failure(span.attributes) : 'ok'
}

function httpRequest(span: OtlpSpan, method: string): SpanRequest {
  const { attributes: values } = span
  const status = values['http.response.status_code'] ?? values['http.status_code'] ?? ''
  return {
    protocol: 'http',
    method,
    route: values['http.route'] ?? values['url.template'] ?? '',
    path: pathOf(values),
    status,
    outcome: outcomeOf(span, status),
    request_bytes: bytesOf(
      values['http.request.size'],
      values['http.request.body.size'],
      values['http.request_content_length'],
    ),
    response_bytes: bytesOf(
      values['http.response.size'],
      values['http.response.body.size'],
      values['http.response_content_length'],
    ),
  }
}

const NO_BYTES = { request_bytes: 0, response_bytes: 0 }

function rpcRequest(span: OtlpSpan, system: string): SpanRequest {
  const { attributes: values } = span
  // Since 2026 `rpc.method` holds both, as `package.Service/Method`.
  const [whole = '', slash] = [values['rpc.method'], values['rpc.method']?.lastIndexOf('/') ?? -1]
  const service = slash === -1 ? (values['rpc.service'] ?? '') : whole.slice(0, slash)
  const method = whole.slice(slash + 1)
  const status =
    values['rpc.status_code'] ?? values['rpc.response.status_code'] ?? values['rpc.grpc.status_code'] ?? ''
  return {
    protocol: protocolOf(system),
    method,
    route: service,
    path: service === '' ? '' : `/${service}/${method}`,
    status,
    outcome: span.status_code === STATUS_ERROR ? failure(values) : 'ok',
    ...NO_BYTES,
  }
}

/** Statements are never read: of a database's span the operation and the collection are kept. */
function databaseRequest(span: OtlpSpan, system: string): SpanRequest {
  const { attributes: values } = span
  const table = values['db.collection.name'] ?? values['db.sql.table']
  return {
    protocol: protocolOf(system),
    method: values['db.operation.name'] ?? values['db.operation'] ?? '',
    route: table ?? values['db.namespace'] ?? values['db.name'] ?? '',
    path: '',
    status: '',
    outcome: outcomeOf(span, ''),
    ...NO_BYTES,
  }
}

function messageRequest(span: OtlpSpan, system: string): SpanRequest {
  const { attributes: values } = span
  return {
    protocol: protocolOf(system),
    method:
      values['messaging.operation.name'] ??
      values['messaging.operation.type'] ??
      values['messaging.operation'] ??
      '',
    route: values['messaging.destination.name'] ?? '',
    path: '',
    status: '',
    outcome: outcomeOf(span, ''),
    ...NO_BYTES,
  }
}

/** What the span says of its request. */
export function requestOf(span: OtlpSpan): SpanRequest {
  const { attributes: values } = span
  const method = values['http.request.method'] ?? values['http.method']
  const rpc = values['rpc.system.name'] ?? values['rpc.system']
  if (rpc !== undefined) return rpcRequest(span, rpc)
  if (method !== undefined) return httpRequest(span, method)
  const database = values['db.system.name'] ?? values['db.system']
  if (database !== undefined) return databaseRequest(span, database)
  const queue = values['messaging.system']
  if (queue !== undefined) return messageRequest(span, queue)
  return {
    protocol: 'opaque',
    method: '',
    route: span.name,
    path: '',
    status: '',
    outcome: outcomeOf(span, ''),
    ...NO_BYTES,
  }
}

/** `connection_type` of the service graph metrics: what kind of thing is called. */
export function connectionType(values: Values): string {
  if ((values['db.system.name'] ?? values['db.system']) !== undefined) return 'database'
  return values['messaging.system'] === undefined ? '' : 'messaging_system'
}
