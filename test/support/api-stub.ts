import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Call, GraphEdge, TraceSpan } from '../../graph-api/contract.ts'
import { EMPTY_RECORD } from '../../model/call.ts'

/** A stub of the graph API: canned answers by path, and a record of what was asked. */
export interface ApiStub {
  address: string
  /** Paths with their queries, in order. */
  asked: string[]
  close(): Promise<void>
}

export type StubAnswer = { status?: number; body: unknown } | { events: string }

/** `answers` by path without query; anything else is a 404 in the API's own form. */
export async function startApiStub(
  answers: Record<string, StubAnswer | ((query: URLSearchParams) => StubAnswer)>,
): Promise<ApiStub> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const url = new URL(request.url ?? '/', 'http://stub')
    const found = answers[url.pathname]
    const answer = typeof found === 'function' ? found(url.searchParams) : found
    if (answer === undefined) {
      const error = {
        code: 'TAPMESH_NOT_FOUND',
        message: 'nothing is known by that name',
        hint: 'Look further back.',
      }
      response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
    } else if ('events' in answer) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(answer.events)
    } else {
      const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
      response.writeHead(answer.status ?? 200).end(text)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const SIGNALS = {
  errors: 1,
  client_errors: 0,
  rate: 2,
  error_rate: 0.05,
  p50_us: 4_000,
  p95_us: 90_000,
  p99_us: 1_200_000,
}

export function stubEdge(source: string, destination: string, more: Partial<GraphEdge> = {}): GraphEdge {
  return {
    ...SIGNALS,
    calls: 20,
    source,
    destination,
    protocol: 'http',
    reporter: 'server',
    source_evidence: 'trace',
    request_bytes: 100,
    response_bytes: 1000,
    ttfb_p50_us: 3_000,
    other_side_calls: 20,
    traced: 1,
    health: 'bad',
    ...more,
  }
}

export const STUB_WINDOW = {
  from: '2026-01-01T00:00:00Z',
  to: '2026-01-01T00:15:00Z',
  seconds: 900,
  covered_seconds: 900,
}

export function stubGraph(edges: GraphEdge[]) {
  return {
    window: STUB_WINDOW,
    nodes: [],
    edges,
    coverage: {
      calls: 40,
      taps: 2,
      lost: 0,
      quarantined: 0,
      named_callers: 1,
      both_sides: 1,
      freshness_s: 1,
    },
  }
}

export function stubCall(more: Partial<Call> = {}): Call {
  return {
    ...EMPTY_RECORD,
    id: '00f067aa0ba902b7.server',
    ts: '2026-01-01T00:00:01.234567Z',
    duration_us: 12_000,
    ttfb_us: 11_000,
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    span_id: '00f067aa0ba902b7',
    parent_span_id: '',
    reporter: 'server',
    source: 'web-api',
    source_instance: '127.0.0.1:1',
    source_zone: 'eu',
    source_identity: '',
    source_evidence: 'trace',
    destination: 'catalog',
    destination_instance: '127.0.0.1:2',
    destination_zone: 'eu',
    destination_version: '1',
    protocol: 'http',
    method: 'GET',
    route: '/products/{id}',
    path: '/products/7',
    status: '500',
    outcome: 'server_error',
    response_flags: '',
    request_bytes: 100,
    response_bytes: 200,
    attempt: 1,
    security: 'plaintext',
    verdicts: [],
    config_version: '',
    tap: 'catalog@eu',
    tap_us: 90,
    attributes: {},
    ...more,
  }
}

export function stubSpan(more: Partial<TraceSpan> = {}): TraceSpan {
  const call = stubCall()
  const { span_id, parent_span_id, source, destination, protocol, method, route, path, status, outcome } =
    call
  const seen = {
    span_id,
    parent_span_id,
    source,
    destination,
    protocol,
    method,
    route,
    path,
    status,
    outcome,
  }
  return {
    ...seen,
    depth: 0,
    response_flags: '',
    start_us: 0,
    duration_us: 12_000,
    client: call,
    server: call,
    told: null,
    network_us: 3_000,
    self_us: 9_000,
    critical: true,
    ...more,
  }
}
