import { OTLP_TAP } from '../../model/call.ts'
import type { Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import type { Span } from './window.ts'

/** What the taps and the collector report about themselves over a window. */
export interface CoverageRow {
  taps: number
  lost: number
  quarantined: number
  /** Start of the newest call, microseconds since 1970, 0 where the store is empty. */
  newest_us: number
}

const WITHIN =
  "at >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC') AND at < fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')"

/** Taps that sent rows, rows lost and rows put aside in the span, and the newest call of all. */
export async function readCoverage(store: Store, span: Span): Promise<CoverageRow> {
  const [row] = await store.read<CoverageRow>(
    `SELECT t.taps AS taps, t.lost AS lost, q.quarantined AS quarantined, c.newest_us AS newest_us
     FROM (SELECT uniqExactIf(tap, rows > 0 AND tap != '${OTLP_TAP}') AS taps, sum(lost) AS lost FROM ${DATABASE}.taps WHERE ${WITHIN}) AS t
     CROSS JOIN (SELECT sum(rows) AS quarantined FROM ${DATABASE}.quarantine WHERE ${WITHIN}) AS q
     CROSS JOIN (SELECT toUnixTimestamp64Micro(max(ts)) AS newest_us FROM ${DATABASE}.calls) AS c`,
    { ...span },
  )
  return row ?? { taps: 0, lost: 0, quarantined: 0, newest_us: 0 }
}
