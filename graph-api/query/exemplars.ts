import type { Store } from '../../collector/store/store.ts'
import { DATABASE } from '../../collector/store/tables.ts'
import { FAILED_OUTCOMES } from '../../model/outcome.ts'
import type { EdgeAnswer } from '../contract.ts'
import { CALL_COLUMNS, type CallRow, callOf } from './call.ts'
import { EDGE_CHOSEN, type EdgeKey, edgeIds } from './series.ts'
import type { Span } from './window.ts'

/** Calls shown of each kind. */
const EACH = 3

const KINDS = {
  slowest: { where: '1', order: 'duration_us DESC' },
  failed: { where: 'outcome IN {failed:Array(String)}', order: 'ts DESC' },
  median: { where: '1', order: 'abs(toFloat64(duration_us) - {p50_us:Float64})' },
} as const

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
  const exemplars: EdgeAnswer['exemplars'] = []
  for (const kind of ['slowest', 'failed', 'median'] as const) {
    const { where, order } = KINDS[kind]
    const rows = await store.read<CallRow>(
      `SELECT ${CALL_COLUMNS} FROM ${DATABASE}.calls
       WHERE ts >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
         AND ts < fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
         AND destination IN {destinations:Array(String)} AND source IN {sources:Array(String)} AND ${EDGE_CHOSEN} AND ${where}
       ORDER BY ${order}, span_id LIMIT ${EACH}`,
      {
        ...span,
        destinations: [...new Set(edges.map((edge) => edge.destination))],
        sources: [...new Set(edges.map((edge) => edge.source))],
        ids: edgeIds(edges),
        ...(kind === 'failed' ? { failed: FAILED_OUTCOMES } : {}),
        ...(kind === 'median' ? { p50_us } : {}),
      },
    )
    exemplars.push(...rows.map((row) => ({ kind, call: callOf(row) })))
  }
  return exemplars
}
