import type { BoundValue } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import type { Slice } from './plan.ts'
import { STEPS } from './plan.ts'

/** A piece of SQL of the fixed catalogue with the values of its parameters; no value stands in the text. */
export interface BoundSql {
  sql: string
  bound: Record<string, BoundValue>
}

/** Work inside a service is part of traces and no edge of the map (model/call.ts, PROTOCOLS). */
const CALLS_ONLY = "protocol != 'internal'"

/**
 * Rows of the edge rollups inside the slices, one SELECT a table. `columns` and `where` are texts of
 * the catalogue; the bounds are parameters `f0`, `u0` and so on.
 */
export function sliceRows(slices: readonly Slice[], columns: string, where = ''): BoundSql {
  const bound: Record<string, BoundValue> = {}
  const parts: string[] = []
  for (const { step_s, table } of STEPS) {
    const ranges = slices
      .map((slice, index) => ({ slice, index }))
      .filter(({ slice }) => slice.step_s === step_s)
      .map(({ slice, index }) => {
        bound[`f${index}`] = slice.from_s
        bound[`u${index}`] = slice.to_s
        return `(t >= toDateTime({f${index}:UInt32}, 'UTC') AND t < toDateTime({u${index}:UInt32}, 'UTC'))`
      })
    if (ranges.length === 0) continue
    const also = where === '' ? CALLS_ONLY : `${CALLS_ONLY} AND ${where}`
    parts.push(`SELECT ${columns} FROM ${DATABASE}.${table} WHERE (${ranges.join(' OR ')}) AND ${also}`)
  }
  return { sql: parts.join('\nUNION ALL\n'), bound }
}

/** A histogram as the store gives it: buckets and their counts, side by side. */
export function histogramOf(buckets: readonly number[], counts: readonly number[]): Map<number, number> {
  const histogram = new Map<number, number>()
  for (let index = 0; index < buckets.length; index++) histogram.set(buckets[index]!, counts[index] ?? 0)
  return histogram
}
