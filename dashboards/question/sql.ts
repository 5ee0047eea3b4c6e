import { OTHER } from '../../model/call.ts'
import { FAILED_OUTCOMES } from '../../model/outcome.ts'
import { METHODS } from '../../tap-proxy/sink/call-counters.ts'
import { filled } from './filled.ts'

/**
 * Pieces of SQL for Grafana's ClickHouse data source, with its macros. A call that two taps see is two
 * rows, so every question about calls fixes one reporter.
 */

export const SERVER = "reporter = 'server'"
export const CLIENT = "reporter = 'client'"
/** For what a tap says of its own work, which both taps of a call have. */
export const EACH_TAP = "reporter IN ('server', 'client')"

/** The value of a choice at the head of the dashboard, in quotes that suit SQL. */
export function chosen(choice: string): string {
  return filled(`${choice}:singlequote`)
}

const CALLS = 'tapmesh.calls'
const IN_WINDOW = '$__timeFilter(ts)'

/** Seconds of the window that is shown. */
export const WINDOW_SECONDS = "dateDiff('second', $__fromTime, $__toTime)"

export const IS_FAILED = `outcome IN (${FAILED_OUTCOMES.map((outcome) => `'${outcome}'`).join(', ')})`
export const FAILED = `countIf(${IS_FAILED})`

/** Expressions for one step of a series. */
export const PER_STEP = {
  rate: 'count() / $__interval_s',
  failedShare: `${FAILED} / count()`,
  mean: 'avg(duration_us) / 1e6',
  inFlight: 'sum(duration_us) / 1e6 / $__interval_s',
} as const

/** Exact, from single calls. */
export function quantile(q: number): string {
  return `quantileExact(${q})(duration_us) / 1e6`
}

/** As the tap counts answers: `none` is a call without one. */
export const STATUS_CLASS =
  "if(length(status) = 3 AND match(status, '^[1-5][0-9][0-9]'), concat(substring(status, 1, 1), 'xx'), 'none')"

/** As the tap counts methods; what it does not know, and opaque connections, are `__other__`. */
export const METHOD = `if(method IN (${METHODS.map((method) => `'${method}'`).join(', ')}), method, '${OTHER}')`

/** Named expressions, each with its column. */
export type Columns = Readonly<Record<string, string>>

const list = (columns: Columns): string[] =>
  Object.entries(columns).map(([name, text]) => (name === text ? text : `${text} AS ${name}`))

/**
 * Numbers over time.
 * @param labels columns of text that tell the lines apart @param where besides the window
 */
export function series(labels: Columns, numbers: Columns, where: string): string {
  const names = ['time', ...Object.keys(labels)].join(', ')
  return [
    `SELECT $__timeInterval(ts) AS time, ${[...list(labels), ...list(numbers)].join(', ')}`,
    `FROM ${CALLS} WHERE ${IN_WINDOW} AND ${where}`,
    `GROUP BY ${names} ORDER BY ${names}`,
  ].join('\n')
}

/** Numbers over the whole window. @param order with its direction */
export function table(labels: Columns, numbers: Columns, where: string, order: string, rows = 20): string {
  const grouped = Object.keys(labels).join(', ')
  return [
    `SELECT ${[...list(labels), ...list(numbers)].join(', ')}`,
    `FROM ${CALLS} WHERE ${IN_WINDOW} AND ${where}`,
    ...(grouped === '' ? [] : [`GROUP BY ${grouped}`]),
    `ORDER BY ${order} LIMIT ${rows}`,
  ].join('\n')
}

/** Single calls. */
export function calls(columns: Columns, where: string, order: string, rows = 100): string {
  return [
    `SELECT ${list(columns).join(', ')}`,
    `FROM ${CALLS} WHERE ${IN_WINDOW} AND ${where}`,
    `ORDER BY ${order} LIMIT ${rows}`,
  ].join('\n')
}
