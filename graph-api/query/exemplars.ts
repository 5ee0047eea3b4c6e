import { FAILED_OUTCOMES } from '../../model/outcome.ts'
import type { BoundValue, Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import type { EdgeAnswer } from '../contract.ts'
import { CALL_COLUMNS, type CallRow, callOf } from './call.ts'
import { EDGE_CHOSEN, type EdgeKey, edgeIds } from './series.ts'
import type { Span } from './window.ts'

/** Calls shown of each kind. */
const EACH = 3
const KINDS = ['slowest', 'failed', 'median'] as const

/** Where a call stands: what it was chosen by, its span, its start. */
type Place = [by: number, span_id: string, ts_us: number]
type Places = Record<(typeof KINDS)[number], Place[]>

const OF_EDGES = `destination IN {destinations:Array(String)} AND source IN {sources:Array(String)} AND ${EDGE_CHOSEN}`

/** The places of all kinds in one walk over few columns; a whole call has thirty-four. */
async function readPlaces(
  store: Store,
  span: Span,
  bound: Record<string, BoundValue>,
  p50_us: number,
): Promise<Places> {
  const place = (by: string) => `(${by}, span_id, ts_us)`
  const [row] = await store.read<Places>(
    `SELECT groupArraySorted(${EACH})(${place('-toInt64(duration_us)')}) AS slowest,
       groupArraySortedIf(${EACH})(${place('-ts_us')}, outcome IN {failed:Array(String)}) AS failed,
       groupArraySorted(${EACH})(${place('abs(toFloat64(duration_us) - {p50_us:Float64})')}) AS median
     FROM (SELECT duration_us, span_id, outcome, toUnixTimestamp64Micro(ts) AS ts_us FROM ${DATABASE}.calls
       WHERE ts >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
         AND ts < fromUnixTimestamp64Micro({to_us:Int64}, 'UTC') AND ${OF_EDGES})`,
    { ...bound, ...span, failed: FAILED_OUTCOMES, p50_us },
  )
  return row ?? { slowest: [], failed: [], median: [] }
}

const key = (span_id: string, ts_us: number): string => `${span_id} ${ts_us}`

/**
 * Calls worth a look: the slowest, the newest failed, and those nearest to the median.
 * @param p50_us the edge's median duration
 */
export async function readExemplars(
  store: Store,
  span: Span,
  edges: readonly EdgeKey[],
  p50_us: number,
): Promise<EdgeAnswer['exemplars']> {
  if (edges.length === 0) return []
  const bound = {
    destinations: [...new Set(edges.map((edge) => edge.destination))],
    sources: [...new Set(edges.map((edge) => edge.source))],
    ids: edgeIds(edges),
  }
  const places = await readPlaces(store, span, bound, p50_us)
  const all = KINDS.flatMap((kind) => places[kind])
  if (all.length === 0) return []
  const rows = await store.read<CallRow>(
    `SELECT ${CALL_COLUMNS} FROM ${DATABASE}.calls
     WHERE ts IN (SELECT fromUnixTimestamp64Micro(arrayJoin({starts:Array(Int64)}), 'UTC'))
       AND span_id IN {spans:Array(String)} AND ${OF_EDGES}`,
    { ...bound, starts: all.map(([, , ts_us]) => ts_us), spans: all.map(([, span_id]) => span_id) },
  )
  const found = new Map(rows.map((row) => [key(row.span_id, row.ts_us), row]))
  return KINDS.flatMap((kind) =>
    places[kind].flatMap(([, span_id, ts_us]) => {
      const row = found.get(key(span_id, ts_us))
      return row ? [{ kind, call: callOf(row) }] : []
    }),
  )
}
