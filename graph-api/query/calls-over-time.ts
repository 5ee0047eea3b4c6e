import { FAILED_OUTCOMES } from '../../model/outcome.ts'
import type { Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import type { CallsOverTimeAnswer } from '../contract.ts'
import type { CallFilters } from '../schema/parameters.ts'
import { filterSql } from './filter.ts'
import { graphWindow } from './plan.ts'
import { rfc3339, type Span } from './window.ts'

const US = 1_000_000
/** Widest number of bars. */
export const BARS_MAX = 120
const STEPS_S = [1, 2, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 86_400] as const

/** The finest step whose bars stay within BARS_MAX. */
export function barStep(span: Span): number {
  const seconds = (span.to_us - span.from_us) / US
  return STEPS_S.find((step) => seconds / step <= BARS_MAX - 1) ?? STEPS_S.at(-1)!
}

interface StoredBar {
  at: number
  calls: number
  errors: number
  client_errors: number
}

/**
 * How many calls match the filters, over time; the counts are those of the rows that /calls lists,
 * so a call that both its taps saw counts twice unless a reporter is chosen.
 * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
 */
export async function readCallsOverTime(
  store: Store,
  span: Span,
  filters: CallFilters,
): Promise<CallsOverTimeAnswer> {
  const step_s = barStep(span)
  const filter = filterSql(filters)
  const rows = await store.read<StoredBar>(
    `SELECT intDiv(toUnixTimestamp(ts), {step_s:UInt32}) * {step_s:UInt32} AS at, count() AS calls,
       countIf(outcome IN {failed:Array(String)}) AS errors,
       countIf(outcome IN ('client_error', 'denied')) AS client_errors
     FROM ${DATABASE}.calls
     WHERE ts >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
       AND ts < fromUnixTimestamp64Micro({to_us:Int64}, 'UTC') AND ${filter.sql}
     GROUP BY at ORDER BY at`,
    { ...filter.bound, ...span, step_s, failed: FAILED_OUTCOMES },
  )
  const found = new Map(rows.map((row) => [row.at, row]))
  const bars: CallsOverTimeAnswer['bars'] = []
  for (let at = Math.floor(span.from_us / US / step_s) * step_s; at * US < span.to_us; at += step_s) {
    const { calls, errors, client_errors } = found.get(at) ?? { calls: 0, errors: 0, client_errors: 0 }
    bars.push({ ts: rfc3339(at * US), calls, errors, client_errors })
  }
  return { window: graphWindow(span), step_s, bars }
}
