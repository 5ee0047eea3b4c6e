import type { Store } from '../../collector/store/store.ts'
import { DATABASE } from '../../collector/store/tables.ts'
import type { RouteRow } from '../contract.ts'
import { quantiles, share } from '../enrich/signals.ts'
import { histogramOf } from './rollup.ts'
import type { EdgeKey } from './series.ts'
import type { Span } from './window.ts'

/** Most routes listed, most calls first. */
export const ROUTES_MAX = 200
/** route_1m is kept a week; longer or older windows are answered by the hour. */
const MINUTES_SECONDS_MAX = 12 * 3600
const MINUTES_KEPT_S = 7 * 86_400

interface StoredRoute {
  method: string
  route: string
  calls: number
  errors: number
  keys: number[]
  counts: number[]
}

/**
 * Routes of the edges' calls. The window's start is moved back to the minute, in windows above
 * 12 hours to the hour.
 * @param now_us wall clock, microseconds
 */
export async function readRoutes(
  store: Store,
  span: Span,
  now_us: number,
  edges: readonly EdgeKey[],
): Promise<RouteRow[]> {
  if (edges.length === 0) return []
  const seconds = (span.to_us - span.from_us) / 1_000_000
  const age_s = (now_us - span.from_us) / 1_000_000
  const byMinute = seconds <= MINUTES_SECONDS_MAX && age_s <= MINUTES_KEPT_S
  const step_s = byMinute ? 60 : 3600
  const rows = await store.read<StoredRoute>(
    `SELECT method, route, calls, errors, mapKeys(d) AS keys, mapValues(d) AS counts FROM (
       SELECT method, route, sum(r.calls) AS calls, sum(r.errors) AS errors, sumMap(r.duration_buckets) AS d
       FROM ${DATABASE}.${byMinute ? 'route_1m' : 'route_1h'} AS r
       WHERE t >= toDateTime({from_s:UInt32}, 'UTC') AND t < toDateTime({to_s:UInt32}, 'UTC')
         AND destination IN {destinations:Array(String)}
         AND concat(source, '\\x1f', destination, '\\x1f', reporter) IN {sides:Array(String)}
       GROUP BY method, route)
     ORDER BY calls DESC, method, route LIMIT ${ROUTES_MAX}`,
    {
      from_s: Math.floor(span.from_us / 1_000_000 / step_s) * step_s,
      to_s: Math.ceil(span.to_us / 1_000_000 / step_s) * step_s,
      destinations: [...new Set(edges.map((edge) => edge.destination))],
      sides: edges.map((edge) => [edge.source, edge.destination, edge.reporter].join('\x1f')),
    },
  )
  return rows.map(({ keys, counts, ...row }) => ({
    ...row,
    error_rate: share(row.errors, row.calls),
    ...quantiles(histogramOf(keys, counts)),
  }))
}
