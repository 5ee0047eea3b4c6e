import type { Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import type { RouteRow } from '../contract.ts'
import { graphWindow } from './plan.ts'
import { histogramOf } from './rollup.ts'
import type { EdgeKey } from './series.ts'
import { quantiles, share } from './signals.ts'
import type { Span } from './window.ts'

/** Most routes listed, most calls first. */
export const ROUTES_MAX = 200
/** route_1m is kept a week; longer or older windows are answered by the hour. */
const MINUTES_SECONDS_MAX = 12 * 3600
const MINUTES_KEPT_S = 7 * 86_400
const US = 1_000_000

interface StoredRoute {
  destination: string
  /** Empty in rows from before routes were kept by protocol. */
  protocol: string
  method: string
  route: string
  calls: number
  errors: number
  keys: number[]
  counts: number[]
}

/**
 * Routes of the edges' calls with their histograms, by service where `by` says so, most calls first.
 * The window is widened to whole minutes, above 12 hours to whole hours; `span` is the one counted.
 * @param now_us wall clock, microseconds
 */
export async function readRoutesBy(
  store: Store,
  asked: Span,
  now_us: number,
  edges: readonly EdgeKey[],
  by: 'route' | 'destination',
): Promise<{ span: Span; rows: StoredRoute[] }> {
  const seconds = (asked.to_us - asked.from_us) / US
  const age_s = (now_us - asked.from_us) / US
  const byMinute = seconds <= MINUTES_SECONDS_MAX && age_s <= MINUTES_KEPT_S
  const step_s = byMinute ? 60 : 3600
  const from_s = Math.floor(asked.from_us / US / step_s) * step_s
  const to_s = Math.ceil(asked.to_us / US / step_s) * step_s
  const rows = await store.read<StoredRoute>(
    `SELECT * EXCEPT d, mapKeys(d) AS keys, mapValues(d) AS counts FROM (
       SELECT ${by === 'destination' ? 'destination' : "''"} AS destination, protocol, method, route,
         sum(r.calls) AS calls, sum(r.errors) AS errors, sumMap(r.duration_buckets) AS d
       FROM ${DATABASE}.${byMinute ? 'route_1m' : 'route_1h'} AS r
       WHERE t >= toDateTime({from_s:UInt32}, 'UTC') AND t < toDateTime({to_s:UInt32}, 'UTC')
         AND r.destination IN {destinations:Array(String)}
         AND concat(source, '\\x1f', r.destination, '\\x1f', reporter) IN {sides:Array(String)}
         AND (protocol = '' OR concat(source, '\\x1f', r.destination, '\\x1f', reporter, '\\x1f', protocol) IN {edges:Array(String)})
       GROUP BY destination, protocol, method, route)
     ORDER BY calls DESC, destination, method, route, protocol LIMIT ${ROUTES_MAX}`,
    {
      from_s,
      to_s,
      destinations: [...new Set(edges.map((edge) => edge.destination))],
      sides: edges.map((edge) => [edge.source, edge.destination, edge.reporter].join('\x1f')),
      edges: edges.map((edge) => [edge.source, edge.destination, edge.reporter, edge.protocol].join('\x1f')),
    },
  )
  return { span: { from_us: from_s * US, to_us: Math.min(to_s * US, Math.max(now_us, asked.to_us)) }, rows }
}

/**
 * Routes of the edges' calls with their golden signals.
 * @param now_us wall clock, microseconds @param first_us start of the first call there is
 */
export async function readRoutes(
  store: Store,
  span: Span,
  now_us: number,
  edges: readonly EdgeKey[],
  first_us: number,
): Promise<RouteRow[]> {
  if (edges.length === 0) return []
  const { rows, span: counted } = await readRoutesBy(store, span, now_us, edges, 'route')
  const seconds = graphWindow(counted, first_us).covered_seconds
  return rows.map(({ destination: _all, keys, counts, ...row }) => ({
    ...row,
    rate: row.calls / seconds,
    error_rate: share(row.errors, row.calls),
    ...quantiles(histogramOf(keys, counts)),
  }))
}
