import type { Call, TraceAnswer, TraceSpan } from '../../graph-api/contract.ts'
import { EMPTY_RECORD, type Outcome } from '../../model/call.ts'
import type { Shape } from './fake-graph.ts'
import { seeded } from './fake-graph.ts'

/** Generated calls and traces for tests of the UI; a stand-in for the store. */

const ROUTES = ['/items/{id}', '/search', '/users/{id}/orders', '/health', '/checkout']
const hex = (random: () => number, digits: number) =>
  Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')

/** RFC 3339 with microseconds. */
export function stamp(micros: number): string {
  return new Date(Math.floor(micros / 1000))
    .toISOString()
    .replace('Z', `${String(micros % 1000).padStart(3, '0')}Z`)
}

/** One call of a link, `at` in microseconds; the same seed gives the same call. */
export function callOf(shape: Shape, seed: number, at: number): Call {
  const random = seeded(seed * 7919 + 13)
  const link = shape.links[Math.floor(random() * shape.links.length)]!
  const failed = random() < link.errors
  const missing = !failed && random() < 0.02
  const route = ROUTES[Math.floor(random() * ROUTES.length)]!
  const duration_us = Math.round(link.p50_us * (0.5 + random() * 2))
  const outcome: Outcome = failed
    ? random() < 0.3
      ? 'timeout'
      : 'server_error'
    : missing
      ? 'client_error'
      : 'ok'
  const span_id = hex(random, 16)
  const reporter = shape.services.some((it) => it.id === link.destination && it.tapped) ? 'server' : 'client'
  return {
    ...EMPTY_RECORD,
    id: `${span_id}.${reporter}`,
    ts: stamp(at),
    duration_us,
    ttfb_us: outcome === 'timeout' ? 0 : Math.round(duration_us * 0.9),
    trace_id: hex(random, 32),
    span_id,
    parent_span_id: hex(random, 16),
    reporter,
    source: link.source,
    source_instance: `10.1.0.${1 + Math.floor(random() * 9)}:${40_000 + Math.floor(random() * 9000)}`,
    source_zone: 'eu-1',
    source_identity: '',
    source_evidence: 'trace',
    destination: link.destination,
    destination_instance: '10.1.1.4:8080',
    destination_zone: 'eu-1',
    destination_version: '1.4.0',
    protocol: 'http',
    method: random() < 0.8 ? 'GET' : 'POST',
    route,
    path: route.replace('{id}', String(1 + Math.floor(random() * 9000))),
    status:
      outcome === 'timeout'
        ? '504'
        : outcome === 'server_error'
          ? '503'
          : outcome === 'client_error'
            ? '404'
            : '200',
    outcome,
    response_flags: outcome === 'timeout' ? 'UT' : '',
    request_bytes: 180 + Math.floor(random() * 400),
    response_bytes: 300 + Math.floor(random() * 9000),
    attempt: 1,
    security: 'plaintext',
    verdicts: [],
    config_version: '',
    tap: `tap-${link.destination}`,
    tap_us: 41,
    attributes: {},
  }
}

const span = (
  depth: number,
  [source, destination]: [string, string],
  [start_us, duration_us]: [number, number],
  more: Partial<TraceSpan> = {},
): TraceSpan => ({
  span_id: `${depth}${source}${destination}`
    .replace(/[^0-9a-f]/g, '')
    .padEnd(16, '0')
    .slice(0, 16),
  parent_span_id: '',
  depth,
  source,
  destination,
  protocol: 'http',
  method: 'GET',
  route: '/items/{id}',
  path: '/items/42',
  status: '200',
  outcome: 'ok',
  response_flags: '',
  start_us,
  duration_us,
  client: null,
  server: null,
  told: null,
  network_us: null,
  self_us: Math.round(duration_us * 0.2),
  critical: false,
  ...more,
})

function sides(it: TraceSpan, shape: Shape, start: number, network_us: number): TraceSpan {
  const base = callOf(shape, it.depth + it.start_us, start + it.start_us)
  const own = {
    source: it.source,
    destination: it.destination,
    route: it.route,
    path: it.path,
    status: it.status,
    outcome: it.outcome as Outcome,
    span_id: it.span_id,
    method: it.method,
  }
  const client: Call = {
    ...base,
    ...own,
    id: `${it.span_id}.client`,
    reporter: 'client',
    duration_us: it.duration_us,
    ts: stamp(start + it.start_us),
  }
  const inner = it.duration_us - network_us
  const server: Call = {
    ...base,
    ...own,
    id: `${it.span_id}.server`,
    reporter: 'server',
    duration_us: inner,
    ts: stamp(start + it.start_us + Math.round(network_us / 2)),
  }
  return { ...it, client, server, network_us }
}

/** A chain of loops: `count` calls, each a little later than the one before. */
export function longTraceOf(shape: Shape, trace_id: string, count: number): TraceAnswer {
  const start = Date.UTC(2026, 7, 20, 9, 30) * 1000
  const spans = Array.from({ length: count }, (_, at) => {
    const ends: [string, string] = at === 0 ? ['load', 'web-api'] : ['web-api', `worker-${at}`]
    const times: [number, number] = at === 0 ? [0, count * 100] : [at * 100, 90]
    return sides(
      { ...span(at === 0 ? 0 : 1, ends, times), span_id: at.toString(16).padStart(16, '0') },
      shape,
      start,
      10,
    )
  })
  const services = [...new Set(spans.flatMap((it) => [it.source, it.destination]))]
  return { trace_id, start: stamp(start), duration_us: count * 100, services, spans, gaps: [], skew_us: 0 }
}

/** A trace with a failing hop, one hop seen from one side only, and a gap. */
export function traceOf(shape: Shape, trace_id: string): TraceAnswer {
  const start = Date.UTC(2026, 7, 20, 9, 30) * 1000
  const bars = [
    sides(
      span(0, ['load', 'web-api'], [0, 186_400], {
        method: 'POST',
        route: '/checkout',
        path: '/checkout',
        critical: true,
      }),
      shape,
      start,
      900,
    ),
    sides(span(1, ['web-api', 'catalog'], [2100, 9800]), shape, start, 1200),
    sides(
      span(2, ['catalog', 'pricing'], [4400, 2100], { route: '/price/{id}', path: '/price/42' }),
      shape,
      start,
      400,
    ),
    sides(
      span(1, ['web-api', 'recommendation'], [12_600, 31_000], { route: '/for/{user}', path: '/for/u17' }),
      shape,
      start,
      1500,
    ),
    {
      ...span(2, ['recommendation', 'purchase-history'], [16_100, 22_800]),
      client: null,
      server: callOf(shape, 3, start),
    },
    sides(
      span(1, ['web-api', 'cart'], [44_800, 139_200], {
        method: 'POST',
        route: '/cart/{id}/pay',
        path: '/cart/88/pay',
        critical: true,
      }),
      shape,
      start,
      2600,
    ),
    sides(span(2, ['cart', 'inventory'], [47_000, 6100]), shape, start, 700),
    sides(
      span(2, ['cart', 'payment'], [54_200, 128_400], {
        method: 'POST',
        route: '/payments',
        path: '/payments',
        critical: true,
      }),
      shape,
      start,
      3100,
    ),
    {
      ...span(3, ['payment', 'shipping.example'], [58_000, 121_900], {
        method: 'POST',
        route: '/labels',
        path: '/labels',
        status: '503',
        outcome: 'server_error',
        critical: true,
      }),
      client: callOf(shape, 5, start),
      server: null,
    },
  ]
  bars.forEach((bar, at) => {
    bar.span_id = (at + 1).toString(16).padStart(16, 'a')
    const parent = bars.slice(0, at).findLast((it) => it.depth === bar.depth - 1)
    bar.parent_span_id = parent?.span_id ?? ''
  })
  return {
    trace_id,
    start: stamp(start),
    duration_us: 186_400,
    services: [...new Set(bars.flatMap((bar) => [bar.source, bar.destination]))],
    spans: bars,
    gaps: [{ parent_span_id: 'feedfeedfeedfeed', child_span_id: bars[4]!.span_id }],
    skew_us: 240,
  }
}
