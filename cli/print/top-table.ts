import type { TopBy, TopRow } from '../../graph-api/contract.ts'
import type { Style } from '../terminal/style.ts'
import { count, duration, rate, share } from './quantity.ts'
import type { TableColumn } from './table.ts'
import { table } from './table.ts'

/** The rows of `top` as a table; the columns in front are the names of the key. */

export const SORTS = ['calls', 'errors', 'error-rate', 'p50', 'p95', 'p99'] as const
export type TopSort = (typeof SORTS)[number]

const BY: Record<TopSort, (row: TopRow) => number> = {
  calls: (row) => row.calls,
  errors: (row) => row.errors,
  'error-rate': (row) => row.error_rate,
  p50: (row) => row.p50_us,
  p95: (row) => row.p95_us,
  p99: (row) => row.p99_us,
}

/** Highest first; equal ones stay in the API's order, most calls first. */
export function sortTop(rows: readonly TopRow[], sort: TopSort): TopRow[] {
  return rows.toSorted((left, right) => BY[sort](right) - BY[sort](left))
}

type Name = 'source' | 'destination' | 'method' | 'route' | 'status' | 'response_flags'

const NAMES: Record<TopBy, readonly Name[]> = {
  edge: ['source', 'destination'],
  source: ['source'],
  destination: ['destination'],
  route: ['destination', 'method', 'route'],
  status: ['destination', 'status', 'response_flags'],
}

const TITLES: Record<Name, string> = {
  source: 'source',
  destination: 'destination',
  method: 'method',
  route: 'route',
  status: 'status',
  response_flags: 'flags',
}

/** A status by what it says: 2xx and 3xx green, 4xx yellow, all else red. */
function paintStatus(style: Style): (cell: string) => string {
  return (cell) => {
    if (/^[123]\d\d/.test(cell)) return style.green(cell)
    return /^4\d\d/.test(cell) ? style.yellow(cell) : style.red(cell)
  }
}

export function topTable(
  rows: readonly TopRow[],
  { by, sort }: { by: TopBy; sort: TopSort },
  style: Style,
  width: number,
): string[] {
  const failing = (cell: string) => (/^\s*0( %)?$/.test(cell) ? style.dim(cell) : style.red(cell))
  // From a second on a duration is written in seconds or minutes.
  const slow = (cell: string) => (/\d (s|min)/.test(cell) ? style.yellow(cell) : cell)
  const names = NAMES[by].map(
    (name): TableColumn => ({
      title: TITLES[name],
      flexible: name !== 'method' && name !== 'status',
      ...(name === 'status' ? { paint: paintStatus(style) } : {}),
    }),
  )
  const number = (
    title: TopSort | 'rate',
    paint: (cell: string) => string = (cell) => cell,
  ): TableColumn => ({
    title: title === sort ? `${title} v` : title,
    align: 'right',
    paint,
  })
  return table(
    [
      ...names,
      number('calls'),
      number('rate'),
      number('errors', failing),
      number('error-rate', failing),
      number('p50', slow),
      number('p95', slow),
      number('p99', slow),
    ],
    rows.map((row) => [
      ...NAMES[by].map((name) => row[name]),
      count(row.calls),
      rate(row.rate),
      count(row.errors),
      share(row.error_rate),
      duration(row.p50_us),
      duration(row.p95_us),
      duration(row.p99_us),
    ]),
    width,
    style.bold,
  )
}
