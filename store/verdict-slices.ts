import type { BoundValue } from './store.ts'
import { DATABASE } from './tables.ts'

/**
 * Which verdict rollup answers which part of a window: whole hours from verdict_1h, what remains at both
 * ends from verdict_10s as long as that is kept. Ends are moved outward to the bucket they lie in.
 */

const US = 1_000_000
const HOUR_S = 3600
const FINE_S = 10
/** A little less than verdict_10s is kept (retention.ts). */
const FINE_KEPT_S = 47 * HOUR_S

interface Part {
  table: 'verdict_10s' | 'verdict_1h'
  from_s: number
  to_s: number
}

const down = (second: number, step: number) => Math.floor(second / step) * step
const up = (second: number, step: number) => Math.ceil(second / step) * step

/** @param now_us wall clock, microseconds */
export function verdictParts(span: { from_us: number; to_us: number }, now_us: number): Part[] {
  const kept_from_s = now_us / US - FINE_KEPT_S
  const fine = (second: number) => second >= kept_from_s
  const [from, to] = [span.from_us / US, span.to_us / US]
  const from_s = fine(from) ? down(from, FINE_S) : down(from, HOUR_S)
  const to_s = fine(to) ? up(to, FINE_S) : up(to, HOUR_S)
  const first = up(from_s, HOUR_S)
  const last = down(to_s, HOUR_S)
  if (first >= last) return [{ table: 'verdict_10s', from_s, to_s }]
  const parts: Part[] = [
    { table: 'verdict_10s', from_s, to_s: first },
    { table: 'verdict_1h', from_s: first, to_s: last },
    { table: 'verdict_10s', from_s: last, to_s },
  ]
  return parts.filter((part) => part.from_s < part.to_s)
}

/**
 * Rows of the verdict rollups inside a window. `columns` and `where` are texts of the catalogue; the
 * bounds are parameters `vf0`, `vu0` and so on.
 */
export function verdictRows(
  span: { from_us: number; to_us: number },
  now_us: number,
  columns: string,
  where: string,
): { sql: string; bound: Record<string, BoundValue> } {
  const bound: Record<string, BoundValue> = {}
  const selects = verdictParts(span, now_us).map(({ table, from_s, to_s }, index) => {
    bound[`vf${index}`] = from_s
    bound[`vu${index}`] = to_s
    return `SELECT ${columns} FROM ${DATABASE}.${table} WHERE t >= toDateTime({vf${index}:UInt32}, 'UTC') AND t < toDateTime({vu${index}:UInt32}, 'UTC') AND ${where}`
  })
  return { sql: selects.join('\nUNION ALL\n'), bound }
}

/** Condition that keeps what was said under a revision or a later one of its epoch; see `revisionBound`. */
export const SINCE_REVISION =
  "(config_version = '' OR (splitByChar('.', config_version)[1] = {epoch:String} AND toUInt64OrZero(splitByChar('.', config_version)[2]) >= {number:UInt64}))"

/** Parameters of SINCE_REVISION. @param revision `<epoch>.<number>` */
export function revisionBound(revision: string): Record<string, BoundValue> {
  const [epoch = '', number = '0'] = revision.split('.')
  return { epoch, number: Number(number) || 0 }
}
