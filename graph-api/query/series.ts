import type { OutcomeCounts } from '../../model/detail.ts'
import type { Store } from '../../store/store.ts'
import type { Series, SeriesPoint } from '../contract.ts'
import { heatOf } from './heat.ts'
import { planSeries, type Slice } from './plan.ts'
import { histogramOf, sliceRows } from './rollup.ts'
import { quantiles } from './signals.ts'
import { rfc3339, type Span } from './window.ts'

const US = 1_000_000

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

interface SeriesRow extends OutcomeCounts {
  at: number
  duration_sum_us: number
  keys: number[]
  counts: number[]
}

const SUMS = [
  'calls',
  'errors',
  'client_errors',
  'server_errors',
  'timeouts',
  'resets',
  'denied',
  'unfinished',
  'duration_sum_us',
] as const

const SILENT: Omit<SeriesRow, 'at'> = {
  calls: 0,
  errors: 0,
  client_errors: 0,
  server_errors: 0,
  timeouts: 0,
  resets: 0,
  denied: 0,
  unfinished: 0,
  duration_sum_us: 0,
  keys: [],
  counts: [],
}

/** Sums and merged histogram of every step that had calls. */
async function readSteps(
  store: Store,
  slice: Slice,
  step_s: number,
  edges: readonly EdgeKey[],
): Promise<Map<number, SeriesRow>> {
  if (edges.length === 0) return new Map()
  const rows = sliceRows([slice], `t, ${SUMS.join(', ')}, duration_buckets`, EDGE_CHOSEN)
  const found = await store.read<SeriesRow>(
    `SELECT * EXCEPT d, mapKeys(d) AS keys, mapValues(d) AS counts FROM (
       SELECT intDiv(toUnixTimestamp(t), {step_s:UInt32}) * {step_s:UInt32} AS at,
         ${SUMS.map((name) => `sum(r.${name}) AS ${name}`).join(', ')}, sumMap(duration_buckets) AS d
       FROM (${rows.sql}) AS r GROUP BY at) ORDER BY at`,
    { ...rows.bound, step_s, ids: edgeIds(edges) },
  )
  return new Map(found.map((row) => [row.at, row]))
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
  const found = await readSteps(store, slice, step_s, edges)
  const points: SeriesPoint[] = []
  const histograms: Map<number, number>[] = []
  const end_s = Math.min(slice.to_s, Math.ceil(now_us / US))
  for (let at = slice.from_s; at < end_s; at += step_s) {
    const { at: _at, keys, counts, duration_sum_us, ...sums } = found.get(at) ?? { ...SILENT, at }
    const histogram = histogramOf(keys, counts)
    const passed_s = Math.min(step_s, now_us / US - at)
    histograms.push(histogram)
    points.push({
      ...sums,
      ts: rfc3339(at * US),
      in_flight: passed_s > 0 ? duration_sum_us / (passed_s * US) : 0,
      ...quantiles(histogram),
    })
  }
  return { step_s, points, heat: heatOf(histograms) }
}
