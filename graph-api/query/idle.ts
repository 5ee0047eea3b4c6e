import type { Store } from '../../store/store.ts'
import { type EdgeRow, readKnownEdges } from './edges.ts'
import { planWindow } from './plan.ts'
import type { Span } from './window.ts'

/** How long an edge that fell silent stays in the picture of a live window. */
export const IDLE_SECONDS = 600
/** Longer windows are histories: what was silent all through does not belong there. */
export const IDLE_WINDOW_SECONDS_MAX = 3600

/** What was known is asked again after so long; the time behind is read ahead, so that nothing slips between. */
const REMEMBERED_SECONDS = 30

const US = 1_000_000

type Known = Pick<EdgeRow, 'source' | 'destination' | 'protocol' | 'reporter' | 'evidence'>

interface Memory {
  at_us: number
  known: Promise<Known[]>
}

/** By store and length of the window; a window that is watched live asks for the same again and again. */
const memories = new WeakMap<Store, Map<number, Memory>>()
/** Most lengths remembered of a store. */
const LENGTHS_MAX = 32

/**
 * Edges that had calls in the ten minutes before a live window, remembered for half a minute.
 * Empty for windows that are long or end in the past.
 * @param now_us wall clock, microseconds
 */
export async function knownBefore(store: Store, span: Span, now_us: number): Promise<Known[]> {
  const seconds = Math.round((span.to_us - span.from_us) / US)
  if (seconds > IDLE_WINDOW_SECONDS_MAX || span.to_us < now_us - REMEMBERED_SECONDS * US) return []
  const lengths = memories.get(store) ?? new Map<number, Memory>()
  memories.set(store, lengths)
  const before = lengths.get(seconds)
  const age_us = before ? span.from_us - before.at_us : Number.POSITIVE_INFINITY
  if (before && age_us >= 0 && age_us < REMEMBERED_SECONDS * US) return before.known
  const to_us = Math.min(span.from_us + 2 * REMEMBERED_SECONDS * US, now_us)
  const known = readKnownEdges(
    store,
    planWindow({ from_us: span.from_us - IDLE_SECONDS * US, to_us }, now_us).slices,
  )
  if (lengths.size >= LENGTHS_MAX) lengths.clear()
  lengths.set(seconds, { at_us: span.from_us, known })
  // A failure is not remembered.
  known.catch(() => lengths.delete(seconds))
  return known
}

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
