import type { Call } from '../contract.ts'
import type { TraceRow } from '../query/trace.ts'

/** One call of a trace: what each side said of it, and where it stands in the tree. */
export interface Bar {
  client: TraceRow | null
  server: TraceRow | null
  /** The row that names, times and places the bar: the caller's where it exists. */
  main: TraceRow
  /** Who made the call; of a program's span that does not know it, whoever made the call it is part of. */
  source: string
  span_id: string
  parent_span_id: string
  children: Bar[]
  depth: number
  /** Corrected start, microseconds since 1970 by the root's clock. */
  start_us: number
  self_us: number
  critical: boolean
}

/** Most bars of one waterfall; later calls are left out. */
export const SPANS_MAX = 10_000

function barOf(row: TraceRow): Bar {
  const { reporter, span_id, parent_span_id, duration_us } = row.call
  return {
    client: reporter === 'client' ? row : null,
    server: reporter === 'server' ? row : null,
    main: row,
    source: row.call.source,
    span_id,
    parent_span_id,
    children: [],
    depth: 0,
    start_us: row.start_us,
    self_us: duration_us,
    critical: false,
  }
}

/** The callee's row joins the bar of the caller's call: same span id, or that span as its parent. */
function joinServer(row: TraceRow, clients: ReadonlyMap<string, Bar>): Bar | undefined {
  const { span_id, parent_span_id } = row.call
  const bar = clients.get(span_id) ?? clients.get(parent_span_id)
  if (!bar || bar.server) return undefined
  bar.server = row
  return bar
}

export interface Bars {
  bars: Bar[]
  /** Bar by any span id that children may name as their parent. */
  byId: Map<string, Bar>
}

/**
 * Merges the rows of both reporters into bars. Rows of other reporters (observer, otlp, log) make a
 * bar of their own unless a tap saw the same span. A second row of the same span and reporter stays
 * a bar of its own.
 * @param rows oldest first
 */
export function barsOf(rows: readonly TraceRow[]): Bars {
  const bars: Bar[] = []
  const clients = new Map<string, Bar>()
  const byId = new Map<string, Bar>()
  const keep = (bar: Bar): void => {
    bars.push(bar)
    if (!byId.has(bar.span_id)) byId.set(bar.span_id, bar)
  }
  const of = (reporter: (name: Call['reporter']) => boolean): TraceRow[] =>
    rows.filter((row) => reporter(row.call.reporter))
  for (const row of of((name) => name === 'client')) {
    const bar = barOf(row)
    if (!clients.has(bar.span_id)) clients.set(bar.span_id, bar)
    keep(bar)
  }
  for (const row of of((name) => name === 'server')) {
    const joined = joinServer(row, clients)
    if (!joined) keep(barOf(row))
    else if (!byId.has(row.call.span_id)) byId.set(row.call.span_id, joined)
  }
  for (const row of of((name) => name !== 'client' && name !== 'server')) {
    if (!byId.has(row.call.span_id)) keep(barOf(row))
  }
  bars.sort((left, right) => left.main.start_us - right.main.start_us)
  const kept = bars.slice(0, SPANS_MAX)
  if (kept.length < bars.length) {
    const present = new Set(kept)
    for (const [id, bar] of byId) if (!present.has(bar)) byId.delete(id)
  }
  return { bars: kept, byId }
}
