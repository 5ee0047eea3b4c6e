import { BUCKETS_PER_OCTAVE, mergeHistogram } from '../../model/histogram.ts'
import { FAILED_OUTCOMES } from '../../model/outcome.ts'
import type { Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import type { TopAnswer, TopBy, TopRow } from '../contract.ts'
import { type EdgeRow, readEdges } from './edges.ts'
import { storedForm } from './filter.ts'
import { readFirstCall } from './first-call.ts'
import { graphWindow, type Plan, planWindow } from './plan.ts'
import { oneReporter } from './reporter.ts'
import { histogramOf } from './rollup.ts'
import { readRoutesBy } from './routes.ts'
import { EDGE_CHOSEN, edgeIds } from './series.ts'
import { quantiles, share } from './signals.ts'
import type { Span } from './window.ts'

/** Calls of a window gathered by one key: what `tapmesh top` lists. */

interface Gathered {
  name: Pick<TopRow, 'source' | 'destination' | 'method' | 'route' | 'status' | 'response_flags'>
  calls: number
  errors: number
  duration: Map<number, number>
}

const NO_NAME: Gathered['name'] = {
  source: '',
  destination: '',
  method: '',
  route: '',
  status: '',
  response_flags: '',
}

/** Edges joined by the names that `by` keeps; histograms are merged, so quantiles stay true. */
function gatherEdges(rows: readonly EdgeRow[], by: 'edge' | 'source' | 'destination'): Gathered[] {
  const found = new Map<string, Gathered>()
  for (const row of rows) {
    const source = by === 'destination' ? '' : row.source
    const destination = by === 'source' ? '' : row.destination
    const key = `${source}\x1f${destination}`
    const known = found.get(key)
    if (!known) {
      const { calls, errors } = row
      const name = { ...NO_NAME, source, destination }
      found.set(key, { name, calls, errors, duration: new Map(row.duration) })
      continue
    }
    known.calls += row.calls
    known.errors += row.errors
    mergeHistogram(known.duration, row.duration)
  }
  return [...found.values()]
}

interface StatusCount {
  destination: string
  status: string
  response_flags: string
  calls: number
  errors: number
  keys: number[]
  counts: number[]
}

/** Statuses are known to the calls alone; their durations take the same buckets as the rollups'. */
async function gatherStatuses(store: Store, span: Span, edges: readonly EdgeRow[]): Promise<Gathered[]> {
  const rows = await store.read<StatusCount>(
    `SELECT * EXCEPT d, mapKeys(d) AS keys, mapValues(d) AS counts FROM (
       SELECT destination, if(status = '', toString(outcome), toString(status)) AS status, response_flags,
         count() AS calls, countIf(outcome IN {failed:Array(String)}) AS errors,
         sumMap(map(toUInt16(floor(log2(greatest(duration_us, 1)) * ${BUCKETS_PER_OCTAVE})), toUInt64(1))) AS d
       FROM ${DATABASE}.calls
       WHERE ts >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
         AND ts < fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
         AND destination IN {destinations:Array(String)} AND ${EDGE_CHOSEN}
       GROUP BY destination, status, response_flags)
     ORDER BY calls DESC, destination, status, response_flags LIMIT 10000`,
    {
      ...span,
      failed: FAILED_OUTCOMES,
      destinations: [...new Set(edges.map(({ destination }) => destination))],
      ids: edgeIds(edges),
    },
  )
  return rows.map(({ destination, status, response_flags, calls, errors, keys, counts }) => ({
    name: { ...NO_NAME, destination, status, response_flags },
    calls,
    errors,
    duration: histogramOf(keys, counts),
  }))
}

async function gather(
  store: Store,
  plan: Plan,
  now_us: number,
  by: TopBy,
  edges: readonly EdgeRow[],
): Promise<{ span: Span; rows: Gathered[] }> {
  const { span } = plan
  if (edges.length === 0) return { span, rows: [] }
  if (by === 'status') return { span, rows: await gatherStatuses(store, span, edges) }
  if (by !== 'route') return { span, rows: gatherEdges(edges, by) }
  const found = await readRoutesBy(store, span, now_us, edges, 'destination')
  const rows = found.rows.map(({ destination, method, route, calls, errors, keys, counts }) => ({
    name: { ...NO_NAME, destination, method, route },
    calls,
    errors,
    duration: histogramOf(keys, counts),
  }))
  return { span: found.span, rows }
}

/**
 * The busiest edges, callers, services, routes or statuses of a window, most calls first, each call
 * counted once. The answer's window is the one really counted: routes are kept by the minute.
 * @param service only calls to it @param limit most rows
 * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
 */
export async function readTop(
  store: Store,
  asked: Span,
  now_us: number,
  { by, service, limit }: { by: TopBy; service?: string | undefined; limit: number },
): Promise<TopAnswer> {
  const plan = planWindow(asked, now_us)
  const scope = service === undefined ? undefined : { destinations: [storedForm(service)] }
  const edges = oneReporter(await readEdges(store, plan.slices, scope)).map(({ chosen }) => chosen)
  const { span, rows } = await gather(store, plan, now_us, by, edges)
  const window = graphWindow(span, await readFirstCall(store))
  rows.sort((left, right) => right.calls - left.calls)
  return {
    window,
    by,
    rows: rows.slice(0, limit).map(({ name, calls, errors, duration }) => ({
      ...name,
      calls,
      errors,
      rate: calls / window.covered_seconds,
      error_rate: share(errors, calls),
      ...quantiles(duration),
    })),
  }
}
