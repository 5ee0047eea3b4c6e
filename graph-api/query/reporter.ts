import { REPORTER_ORDER, UNKNOWN_CALLER } from '../../model/call.ts'
import type { EdgeRow } from './edges.ts'

/** One edge: the row that counts, and what other reporters said of it. */
export interface Reported {
  chosen: EdgeRow
  others: EdgeRow[]
}

/** What a program told of calls into it, without knowing their callers. */
function isNameless({ chosen }: Reported): boolean {
  return chosen.reporter === 'otlp' && chosen.source === UNKNOWN_CALLER
}

/**
 * A program's own span of a call it answered does not say who called. Where anything else is known of
 * calls into that service they are the same calls, and count there; the edge from the unknown caller
 * stands only where it is all there is.
 */
function withoutNameless(edges: readonly Reported[]): Reported[] {
  const named = new Map<string, Reported>()
  for (const edge of edges) if (!isNameless(edge)) named.set(edge.chosen.destination, edge)
  return edges.filter((edge) => {
    const same = isNameless(edge) ? named.get(edge.chosen.destination) : undefined
    same?.others.push(edge.chosen)
    return same === undefined
  })
}

/**
 * Takes one reporter per edge, so that a call seen from both sides counts once: the callee's tap,
 * else the caller's, else packets, spans and logs in that order.
 */
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
  return withoutNameless([...edges.values()])
}
