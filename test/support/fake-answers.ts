import type {
  Call,
  CallsAnswer,
  CallsOverTimeAnswer,
  EdgeAnswer,
  GoldenSignals,
  Graph,
  GraphEdge,
  RouteRow,
  ServiceAnswer,
  StatusAnswer,
  StatusRow,
} from '../../graph-api/contract.ts'
import { isFailed } from '../../model/outcome.ts'
import { type CallVerdict, parseVerdict } from '../../model/verdict.ts'
import type { Shape } from './fake-graph.ts'
import { seriesOf } from './fake-series.ts'

/** The fake API's answers, made from a generated graph. */

function routesOf(calls: number, error_rate: number, p50_us: number): RouteRow[] {
  return ['GET /items/{id}', 'GET /search', 'POST /checkout', 'GET /users/{id}/orders'].map((name, at) => {
    const [method, route] = name.split(' ') as [string, string]
    const own = Math.round(calls * [0.55, 0.25, 0.15, 0.05][at]!)
    const errors = at === 2 ? Math.min(own, Math.round(calls * error_rate)) : 0
    const p50 = Math.round(p50_us * (0.7 + at * 0.3))
    return {
      protocol: 'http',
      method,
      route,
      calls: own,
      errors,
      rate: own / 300,
      error_rate: own ? errors / own : 0,
      p50_us: p50,
      p95_us: p50 * 3,
      p99_us: p50 * 5,
    }
  })
}

function statusesOf(calls: number, errors: number): StatusRow[] {
  const rows: StatusRow[] = [{ status: '200', outcome: 'ok', response_flags: '', calls: calls - errors }]
  if (errors > 0) {
    rows.push({ status: '503', outcome: 'server_error', response_flags: '', calls: Math.ceil(errors * 0.7) })
    rows.push({ status: '504', outcome: 'timeout', response_flags: 'UT', calls: Math.floor(errors * 0.3) })
  }
  return rows
}

export function serviceAnswer(graph: Graph, id: string): ServiceAnswer | undefined {
  const service = graph.nodes.find((node) => node.id === id)
  if (!service) return undefined
  return {
    window: graph.window,
    service,
    callers: graph.edges.filter((edge) => edge.destination === id),
    dependencies: graph.edges.filter((edge) => edge.source === id),
    series: seriesOf(graph, service.rate, service.error_rate, service.p50_us, id.length),
    routes: routesOf(service.calls, service.error_rate, service.p50_us),
    statuses: statusesOf(service.calls, service.errors),
    instances: [
      {
        instance: '10.1.1.4:8080',
        zone: 'eu-1',
        version: '1.4.0',
        calls: service.calls,
        errors: service.errors,
        p95_us: service.p95_us,
        last_seen: graph.window.to,
      },
    ],
    versions: service.versions.map((version) => ({
      ...signalsOf(service),
      version,
      first_seen: graph.window.from,
      last_seen: graph.window.to,
    })),
    changes: {
      since: graph.window.from,
      rows: [{ what: 'version', kind: 'new', name: '1.4.0', at: graph.window.from }],
    },
    taps: service.tapped ? [{ tap: `tap-${id}`, last_seen: graph.window.to }] : [],
  }
}

function signalsOf({
  calls,
  errors,
  client_errors,
  rate,
  error_rate,
  p50_us,
  p95_us,
  p99_us,
}: GoldenSignals): GoldenSignals {
  return { calls, errors, client_errors, rate, error_rate, p50_us, p95_us, p99_us }
}

export function edgeAnswer(graph: Graph, calls: Call[], edge: GraphEdge): EdgeAnswer {
  const series = seriesOf(graph, edge.rate, edge.error_rate, edge.p50_us, edge.source.length)
  const side = (reporter: string, factor: number) => ({
    reporter,
    calls: edge.calls,
    errors: edge.errors,
    p50_us: Math.round(edge.p50_us * factor),
    p95_us: Math.round(edge.p95_us * factor),
    p99_us: Math.round(edge.p99_us * factor),
    p50_series_us: series.points.map((point) => Math.round(point.p50_us * factor)),
  })
  const own = calls.filter((it) => it.source === edge.source && it.destination === edge.destination)
  const slowest = own.toSorted((a, b) => b.duration_us - a.duration_us)[0]
  const failed = own.find((it) => isFailed(it.outcome))
  return {
    window: graph.window,
    edges: [edge],
    sides: edge.other_side_calls > 0 ? [side('client', 1.12), side('server', 1)] : [side(edge.reporter, 1)],
    network_p50_us: edge.other_side_calls > 0 ? Math.round(edge.p50_us * 0.12) : 0,
    series,
    routes: routesOf(edge.calls, edge.error_rate, edge.p50_us),
    statuses: statusesOf(edge.calls, edge.errors),
    identities: [
      {
        source_evidence: edge.source_evidence,
        security: 'plaintext',
        source_identity: '',
        source_zone: 'eu-1',
        destination_zone: 'eu-2',
        calls: edge.calls,
      },
    ],
    exemplars: [
      ...(slowest ? [{ kind: 'slowest' as const, call: slowest }] : []),
      ...(failed ? [{ kind: 'failed' as const, call: failed }] : []),
    ],
  }
}

function statusMatches(wanted: string, status: string): boolean {
  return /^[1-5]xx$/.test(wanted) ? status.startsWith(wanted[0]!) && status.length === 3 : status === wanted
}

/** The filters of GET /api/v1/calls. */
export function matches(call: Call, query: URLSearchParams): boolean {
  for (const name of ['source', 'destination', 'reporter', 'route', 'method', 'trace_id'] as const) {
    const wanted = query.get(name)
    if (wanted && call[name] !== wanted) return false
  }
  const outcome = query.get('outcome')
  if (outcome === 'failed' ? !isFailed(call.outcome) : outcome && !outcome.split(',').includes(call.outcome))
    return false
  const status = query.get('status')
  if (status && !statusMatches(status, call.status)) return false
  const verdicts = call.verdicts.flatMap((text) => parseVerdict(text) ?? [])
  for (const name of ['would', 'acted'] as const) {
    const decision = query.get(name)
    const acted = name === 'acted'
    if (decision && !verdicts.some((it) => it.acted === acted && it.decision === decision)) return false
  }
  const [feature, decision] = query.get('verdict')?.split(':') ?? []
  const fits = (it: CallVerdict) => it.feature === feature && (!decision || it.decision === decision)
  if (feature && !verdicts.some(fits)) return false
  const path = query.get('path')
  if (path && !call.path.includes(path)) return false
  return call.duration_us >= Number(query.get('min_duration_us') ?? 0)
}

export function callsAnswer(graph: Graph, calls: Call[], query: URLSearchParams): CallsAnswer {
  const start = Number(query.get('cursor') ?? 0)
  const limit = Math.min(Number(query.get('limit') ?? 100), 500)
  const found = calls.filter((call) => matches(call, query))
  const page = found.slice(start, start + limit)
  return {
    window: graph.window,
    calls: page,
    next_cursor: start + limit < found.length ? String(start + limit) : null,
  }
}

/** Ten bars over the window; calls outside of it stand in none. */
export function callsOverTimeAnswer(
  graph: Graph,
  calls: Call[],
  query: URLSearchParams,
): CallsOverTimeAnswer {
  const found = calls.filter((call) => matches(call, query))
  const step_s = Math.max(1, Math.ceil(graph.window.seconds / 10))
  const bars = Array.from({ length: 10 }, (_, at) => {
    const begin = Date.parse(graph.window.from) + at * step_s * 1000
    const own = found.filter((call) => {
      const began = Date.parse(call.ts)
      return began >= begin && began < begin + step_s * 1000
    })
    return {
      ts: new Date(begin).toISOString(),
      calls: own.length,
      errors: own.filter((call) => isFailed(call.outcome)).length,
      client_errors: own.filter((call) => call.outcome === 'client_error').length,
    }
  })
  return { window: graph.window, step_s, bars }
}

export function statusAnswer(
  shape: Shape,
  rows: number,
  { store_error, tapped, newest }: { store_error: string | null; tapped: string[]; newest: string | null },
): StatusAnswer {
  const services = [...shape.services.filter((it) => it.tapped).map((it) => it.id), ...tapped]
  const now = new Date().toISOString()
  return {
    version: '0.1.0',
    started: new Date(Date.now() - 3_600_000).toISOString(),
    store: {
      kind: 'embedded',
      ok: store_error === null,
      error: store_error,
      rows,
      bytes: rows * 47,
      oldest: rows > 0 ? new Date(Date.now() - 86_400_000).toISOString() : null,
      newest: newest ?? (rows > 0 ? now : null),
      engine: 'chdb 26.7',
      tables: [
        { table: 'calls', rows, bytes: rows * 41, kept_days: 7 },
        { table: 'edge_10s', rows: Math.round(rows / 50), bytes: rows * 5, kept_days: 1 },
        { table: 'positions', rows: 0, bytes: 0, kept_days: null },
      ],
    },
    ingest: {
      accepted_rows: rows,
      otlp_rows: 0,
      duplicate_batches: 2,
      quarantined_rows: 0,
      pending_segments: 1,
      pending_rows: 412,
      last_insert: rows > 0 ? now : null,
      last_error: store_error,
    },
    taps: services.map((id, at) => ({
      tap: `tap-${id}`,
      service: id,
      version: '0.1.0',
      boot: 'b'.repeat(16),
      first_seen: new Date(Date.now() - 3_600_000).toISOString(),
      last_seen: now,
      rows: Math.round(rows / 10),
      dropped: (at === 3 ? { overflow: 12 } : {}) as Record<string, number>,
      gaps: 0,
      clock_skew_ms: at % 3,
    })),
  }
}
