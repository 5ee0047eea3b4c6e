import type { Store } from '../../collector/store/store.ts'
import type { Series } from '../contract.ts'
import { quantiles } from '../enrich/signals.ts'
import { planSeries } from './plan.ts'
import { histogramOf, sliceRows } from './rollup.ts'
import { rfc3339, type Span } from './window.ts'

export interface EdgeKey {
  source: string
  destination: string
  protocol: string
  reporter: string
}

/** One text an edge and reporter; names hold no control byte (model/row.ts). */
export function edgeIds(edges: readonly EdgeKey[]): string[] {
  return edges.map((edge) => [edge.source, edge.destination, edge.protocol, edge.reporter].join('\x1f'))
}

/** Condition that keeps the rows of the reporters that count; its parameter is `ids` of edgeIds. */
export const EDGE_CHOSEN =
  "concat(source, '\\x1f', destination, '\\x1f', protocol, '\\x1f', reporter) IN {ids:Array(String)}"

interface SeriesRow {
  at: number
  calls: number
  errors: number
  keys: number[]
  counts: number[]
}

/**
 * Golden signals over time of all calls of the given edges together; silent steps are points
 * with 0 calls, so that a line falls to zero and does not jump over the silence.
 * @param now_us wall clock, microseconds
 */
export async function readSeries(
  store: Store,
  span: Span,
  now_us: number,
  edges: readonly EdgeKey[],
): Promise<Series> {
  const { step_s, slice } = planSeries(span, now_us)
  const rows = sliceRows([slice], 't, calls, errors, duration_buckets', EDGE_CHOSEN)
  const found =
    edges.length === 0
      ? []
      : await store.read<SeriesRow>(
          `SELECT at, calls, errors, mapKeys(d) AS keys, mapValues(d) AS counts FROM (
             SELECT intDiv(toUnixTimestamp(t), {step_s:UInt32}) * {step_s:UInt32} AS at,
               sum(r.calls) AS calls, sum(r.errors) AS errors, sumMap(duration_buckets) AS d
             FROM (${rows.sql}) AS r GROUP BY at) ORDER BY at`,
          { ...rows.bound, step_s, ids: edgeIds(edges) },
        )
  const byTime = new Map(found.map((row) => [row.at, row]))
  const points: Series['points'] = []
  const end_s = Math.min(slice.to_s, Math.ceil(now_us / 1_000_000))
  for (let at = slice.from_s; at < end_s; at += step_s) {
    const row = byTime.get(at)
    points.push({
      ts: rfc3339(at * 1_000_000),
      calls: row?.calls ?? 0,
      errors: row?.errors ?? 0,
      ...quantiles(row ? histogramOf(row.keys, row.counts) : new Map()),
    })
  }
  return { step_s, points }
}
