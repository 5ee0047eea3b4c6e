import type { Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import type { Span } from './window.ts'

/** Newest rows of an edge that are joined; enough for a median, and the cost stays the same at any age. */
const ROWS_MAX = 20_000

/**
 * Median of what the two sides of the same call differ by: the network and both stacks, microseconds.
 * A callee's row bears the caller's span id as its own or as its parent. Joined per call, since the difference of two medians is not the median of the differences.
 * @returns 0 where no call was seen from both sides
 */
export async function readNetworkShare(
  store: Store,
  span: Span,
  source: string,
  destination: string,
): Promise<number> {
  const [row] = await store.read<{ p50_us: number; calls: number }>(
    `SELECT quantileExact(0.5)(client_us - server_us) AS p50_us, count() AS calls FROM (
       SELECT maxIf(toInt64(duration_us), reporter = 'client') AS client_us,
         maxIf(toInt64(duration_us), reporter = 'server') AS server_us
       FROM (
         SELECT trace_id, arrayJoin(if(reporter = 'server', [span_id, parent_span_id], [span_id])) AS span,
           reporter, duration_us FROM ${DATABASE}.calls
         WHERE ts >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
           AND ts < fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
           AND destination = {destination:String} AND source = {source:String}
           AND reporter IN ('client', 'server')
         ORDER BY ts DESC LIMIT ${ROWS_MAX})
       GROUP BY trace_id, span
       HAVING countIf(reporter = 'client') > 0 AND countIf(reporter = 'server') > 0)`,
    { ...span, source, destination },
  )
  return row && row.calls > 0 ? Math.max(0, row.p50_us) : 0
}
