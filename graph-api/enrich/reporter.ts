import { REPORTERS, type Reporter } from '../../model/call.ts'
import type { EdgeRow } from '../query/edges.ts'

/** Whose count stands for an edge: the callee's tap, else the caller's, else what others saw. */
export const REPORTER_ORDER: readonly Reporter[] = [
  'server',
  'client',
  ...REPORTERS.filter((reporter) => reporter !== 'server' && reporter !== 'client'),
]

/** One edge: the row that counts, and what other reporters said of it. */
export interface Reported {
  chosen: EdgeRow
  others: EdgeRow[]
}

/** Takes one reporter per edge, so that a call seen from both sides counts once. */
export function oneReporter(rows: readonly EdgeRow[]): Reported[] {
  const edges = new Map<string, Reported>()
  for (const row of rows) {
    // No name holds a control byte (model/row.ts), so this joins them without doubt.
    const key = `${row.source}\x1f${row.destination}\x1f${row.protocol}`
    const known = edges.get(key)
    if (!known) {
      edges.set(key, { chosen: row, others: [] })
      continue
    }
    const better = REPORTER_ORDER.indexOf(row.reporter) < REPORTER_ORDER.indexOf(known.chosen.reporter)
    known.others.push(better ? known.chosen : row)
    if (better) known.chosen = row
  }
  return [...edges.values()]
}
