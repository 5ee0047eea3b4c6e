import type { Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'

const HOUR_US = 3_600_000_000

/**
 * Start of the first call there is, microseconds since 1970; 0 where there is none. Rates are over
 * what lies after it: five minutes of a mesh that runs for one are one minute of calls.
 */
export async function readFirstCall(store: Store): Promise<number> {
  const [row] = await store.read<{ call_us: number; hour_us: number }>(
    `SELECT c.us AS call_us, h.us AS hour_us
     FROM (SELECT toUnixTimestamp64Micro(min(ts)) AS us FROM ${DATABASE}.calls) AS c
     CROSS JOIN (SELECT toInt64(toUnixTimestamp(min(t))) * 1000000 AS us FROM ${DATABASE}.edge_1h) AS h`,
  )
  if (!row) return 0
  // Rollups outlive the calls they were made from; their hour does not say when within it.
  return row.call_us > 0 && row.call_us - row.hour_us < HOUR_US ? row.call_us : row.hour_us
}
