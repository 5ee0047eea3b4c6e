import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type * as Api from '@opentelemetry/api'

/** Where spans come in: a span about them would be sent there again, for ever. */
const SPANS_PATH = '/v1/traces'

/**
 * Route of the answer as Express found it, for example `/api/v1/traces/:id`; empty where none did. A
 * router that is mounted somewhere knows its own part only, and by the end Express has forgotten
 * where that was: as many segments of the path as the route lacks stand before it.
 */
function routeOf(request: IncomingMessage, path: string): string {
  const { route } = request as { route?: { path?: unknown } }
  if (typeof route?.path !== 'string') return ''
  const [asked, own] = [path.split('/'), route.path.split('/')]
  return [...asked.slice(0, Math.max(0, asked.length - own.length) + 1), ...own.slice(1)].join('/')
}

function finish(
  span: Api.Span,
  request: IncomingMessage,
  path: string,
  response: ServerResponse,
  api: typeof Api,
): void {
  const route = routeOf(request, path)
  if (route !== '') {
    span.setAttribute('http.route', route)
    span.updateName(`${request.method} ${route}`)
  }
  span.setAttribute('http.response.status_code', response.statusCode)
  if (response.statusCode >= 500) {
    span.setAttribute('error.type', String(response.statusCode))
    span.setStatus({ code: api.SpanStatusCode.ERROR })
  }
  span.end()
}

/**
 * A SERVER span around every request, by the semantic conventions
 * (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span), as a part of the
 * caller's trace where it brought one. What is asked for is named by its route, never by its query.
 */
export function tracedListener(
  listener: RequestListener,
  tracer: Api.Tracer,
  api: typeof Api,
): RequestListener {
  return (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0]!
    if (path === SPANS_PATH) {
      listener(request, response)
      return
    }
    const parent = api.propagation.extract(api.context.active(), request.headers)
    const method = request.method ?? '_OTHER'
    const attributes = { 'http.request.method': method, 'url.path': path, 'url.scheme': 'http' }
    const span = tracer.startSpan(method, { kind: api.SpanKind.SERVER, attributes }, parent)
    response.once('close', () => finish(span, request, path, response, api))
    api.context.with(api.trace.setSpan(parent, span), () => listener(request, response))
  }
}
