import type { Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import type { PathsAnswer, ServicePath } from '../contract.ts'
import { CALL_COLUMNS, type CallRow, callOf } from '../query/call.ts'
import { strides } from '../query/calls.ts'
import { storedForm } from '../query/filter.ts'
import { graphWindow } from '../query/plan.ts'
import type { TraceRow } from '../query/trace.ts'
import type { Span } from '../query/window.ts'
import { pathsOf } from '../trace/paths.ts'

/** Newest traces that are looked at. */
export const PATH_TRACES_MAX = 300
/** Rows of these traces that are read; what is beyond belongs to the oldest of them. */
export const PATH_ROWS_MAX = 20_000
/** Distinct paths of one answer, those most often taken. */
export const PATHS_MAX = 100
/** Newest calls of the service that are searched for traces at a time. */
const CALLS_SEARCHED = 20_000
/** A trace reaches beyond the window by so much at either end. */
const OVERLAP_US = 60_000_000

const WITHIN = `ts >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC') AND ts < fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')`

/** Ids of the newest traces with a call from or to the service, one more than are looked at. */
async function readTraceIds(store: Store, span: Span, through: string): Promise<string[]> {
  const ids = new Set<string>()
  for (const part of strides(span)) {
    const rows = await store.read<{ trace_id: string }>(
      `SELECT trace_id FROM (
         SELECT trace_id, ts FROM ${DATABASE}.calls
         WHERE ${WITHIN} AND (destination = {through:String} OR source = {through:String})
         ORDER BY ts DESC LIMIT ${CALLS_SEARCHED})
       GROUP BY trace_id ORDER BY max(ts) DESC, trace_id LIMIT ${PATH_TRACES_MAX + 1}`,
      { ...part, through },
    )
    for (const { trace_id } of rows) ids.add(trace_id)
    if (ids.size > PATH_TRACES_MAX) break
  }
  return [...ids].slice(0, PATH_TRACES_MAX + 1)
}

async function readRows(store: Store, span: Span, ids: readonly string[]): Promise<Map<string, TraceRow[]>> {
  const traces = new Map<string, TraceRow[]>()
  if (ids.length === 0) return traces
  const rows = await store.read<CallRow>(
    `SELECT ${CALL_COLUMNS} FROM ${DATABASE}.calls WHERE ${WITHIN} AND trace_id IN {ids:Array(String)}
     ORDER BY ts DESC, span_id, toString(reporter) LIMIT ${PATH_ROWS_MAX}`,
    { from_us: span.from_us - OVERLAP_US, to_us: span.to_us + OVERLAP_US, ids },
  )
  for (const row of rows.reverse()) {
    const known = traces.get(row.trace_id)
    const entry = { start_us: row.ts_us, call: callOf(row) }
    if (known) known.push(entry)
    else traces.set(row.trace_id, [entry])
  }
  return traces
}

/**
 * Ways through a service that calls really took, each proven by at least one trace of the window;
 * an edge that is merely there proves nothing. The newest traces are looked at, up to a limit.
 * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
 */
export async function readPaths(store: Store, span: Span, through: string): Promise<PathsAnswer> {
  const name = storedForm(through)
  const ids = await readTraceIds(store, span, name)
  const looked = ids.slice(0, PATH_TRACES_MAX)
  const traces = await readRows(store, span, looked)
  const found = new Map<string, ServicePath>()
  let broken = 0
  for (const rows of traces.values()) {
    const one = pathsOf(rows)
    const paths = one.paths.filter(({ services }) => services.includes(name))
    if (one.broken) broken++
    for (const path of paths) {
      const key = path.services.join('\x1f')
      const known = found.get(key)
      if (!known) found.set(key, path)
      else {
        known.traces += path.traces
        known.failed += path.failed
      }
    }
  }
  const paths = [...found.values()].sort(
    (a, b) => b.traces - a.traces || (a.services.join('\x1f') < b.services.join('\x1f') ? -1 : 1),
  )
  return {
    window: graphWindow(span),
    through: name,
    traces: traces.size,
    sampled: ids.length > PATH_TRACES_MAX,
    broken,
    paths: paths.slice(0, PATHS_MAX),
    paths_left_out: Math.max(0, paths.length - PATHS_MAX),
  }
}
