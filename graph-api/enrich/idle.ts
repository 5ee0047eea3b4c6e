import type { EdgeRow } from '../query/edges.ts'

/** How long an edge that fell silent stays in the picture of a live window. */
export const IDLE_SECONDS = 600
/** Longer windows are histories: what was silent all through does not belong there. */
export const IDLE_WINDOW_SECONDS_MAX = 3600

type Known = Pick<EdgeRow, 'source' | 'destination' | 'protocol' | 'reporter' | 'evidence'>

/** Rows without calls for edges known from shortly before that are silent in the window. */
export function withIdle(rows: readonly EdgeRow[], known: readonly Known[]): EdgeRow[] {
  const key = (row: Known): string => `${row.source}\x1f${row.destination}\x1f${row.protocol}`
  const present = new Set(rows.map(key))
  const idle = known.filter((row) => !present.has(key(row)))
  return [
    ...rows,
    ...idle.map((row) => ({
      ...row,
      calls: 0,
      errors: 0,
      client_errors: 0,
      request_bytes: 0,
      response_bytes: 0,
      traced: 0,
      named: 0,
      source_zones: [],
      destination_zones: [],
      versions: [],
      duration: new Map(),
      ttfb: new Map(),
    })),
  ]
}
