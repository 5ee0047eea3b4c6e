import type { Store } from '../../store/store.ts'
import type { Change, Changes } from '../contract.ts'
import { planWindow } from './plan.ts'
import { sliceRows } from './rollup.ts'
import { rfc3339, type Span } from './window.ts'

interface SeenRow {
  source: string
  destination: string
  version: string
  first_s: number
  last_s: number
}

const US = 1_000_000
/** Most pairs looked at, and most changes told. */
const ROWS_MAX = 2000
const CHANGES_MAX = 50

/** First and last time of everything that belongs together. */
type Seen = Map<string, { what: Change['what']; name: string; first_s: number; last_s: number }>

function note(seen: Seen, what: Change['what'], name: string, row: SeenRow): void {
  if (name === '') return
  const key = `${what}\x1f${name}`
  const known = seen.get(key)
  seen.set(key, {
    what,
    name,
    first_s: Math.min(known?.first_s ?? row.first_s, row.first_s),
    last_s: Math.max(known?.last_s ?? row.last_s, row.last_s),
  })
}

/** Whether anything at all was recorded in the span, so that "new" means something. */
async function wasRecorded(store: Store, span: Span, now_us: number): Promise<boolean> {
  const rows = sliceRows(planWindow(span, now_us).slices, 'calls')
  const [row] = await store.read<{ calls: number }>(
    `SELECT sum(r.calls) AS calls FROM (${rows.sql}) AS r`,
    rows.bound,
  )
  return (row?.calls ?? 0) > 0
}

/**
 * Callers, dependencies and versions of a service that the window has and the time before it, as
 * long again, has not; and those it lost. Newest first.
 * @param now_us wall clock, microseconds
 */
export async function readChanges(
  store: Store,
  span: Span,
  now_us: number,
  service: string,
): Promise<Changes> {
  const before = { from_us: Math.max(0, 2 * span.from_us - span.to_us), to_us: span.from_us }
  if (!(await wasRecorded(store, before, now_us))) return { since: null, rows: [] }
  const { slices } = planWindow({ from_us: before.from_us, to_us: span.to_us }, now_us)
  const scope = '(destination = {service:String} OR source = {service:String})'
  const rows = sliceRows(slices, 't, source, destination, destination_version', scope)
  const found = await store.read<SeenRow>(
    `SELECT source, destination, destination_version AS version,
       toUnixTimestamp(min(t)) AS first_s, toUnixTimestamp(max(t)) AS last_s
     FROM (${rows.sql}) GROUP BY source, destination, version
     ORDER BY last_s DESC, source, destination, version LIMIT ${ROWS_MAX}`,
    { ...rows.bound, service },
  )
  const seen: Seen = new Map()
  for (const row of found) {
    if (row.destination === service) {
      note(seen, 'caller', row.source, row)
      note(seen, 'version', row.version, row)
    } else note(seen, 'dependency', row.destination, row)
  }
  const changes: Change[] = []
  for (const { what, name, first_s, last_s } of seen.values()) {
    if (first_s * US >= span.from_us) changes.push({ what, kind: 'new', name, at: rfc3339(first_s * US) })
    else if (last_s * US < span.from_us) changes.push({ what, kind: 'gone', name, at: rfc3339(last_s * US) })
  }
  changes.sort((left, right) => (left.at < right.at ? 1 : left.at > right.at ? -1 : 0))
  return { since: rfc3339(before.from_us), rows: changes.slice(0, CHANGES_MAX) }
}
