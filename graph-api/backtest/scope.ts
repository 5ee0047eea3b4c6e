import type { Side } from '../../model/feature.ts'
import type { Policy } from '../../model/policy.ts'
import type { BoundValue, Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import { readEdges } from '../query/edges.ts'
import { planWindow } from '../query/plan.ts'
import { oneReporter, type Reported } from '../query/reporter.ts'
import { EDGE_CHOSEN, edgeIds } from '../query/series.ts'
import type { Span } from '../query/window.ts'

/** Which calls a back-test looks at: those to services of the policy, one reporter an edge. */

export interface Scope {
  span: Span
  /** Condition of the fixed catalogue, the bounds of time aside. */
  where: string
  bound: Readonly<Record<string, BoundValue>>
  /** Edges without a tap on that side, which judges nothing there. */
  untapped: Readonly<Record<Side, readonly Edge[]>>
}

export interface Edge {
  source: string
  destination: string
}

export const WITHIN =
  "ts >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC') AND ts < fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')"

function without(reporter: 'client' | 'server', edges: readonly Reported[]): Edge[] {
  return edges
    .filter(({ chosen, others }) => [chosen, ...others].every((row) => row.reporter !== reporter))
    .map(({ chosen: { source, destination } }) => ({ source, destination }))
}

/** @param now_us wall clock, microseconds */
export async function scopeOf(store: Store, policy: Policy, span: Span, now_us: number): Promise<Scope> {
  const destinations = [...policy.services.keys()]
  const edges = oneReporter(await readEdges(store, planWindow(span, now_us).slices, { destinations }))
  const others = edges.map(({ chosen }) => chosen).filter(({ reporter }) => reporter !== 'server')
  // The callee's rows always count, so only the others are looked up by name.
  const reporter = others.length === 0 ? "reporter = 'server'" : `(reporter = 'server' OR ${EDGE_CHOSEN})`
  return {
    span,
    where: `destination IN {destinations:Array(String)} AND protocol != 'internal' AND ${reporter}`,
    bound: { destinations, ...(others.length === 0 ? {} : { ids: edgeIds(others) }) },
    untapped: { caller: without('client', edges), service: without('server', edges) },
  }
}

/** A stretch of the window with about as many calls as were asked for. */
export interface Piece extends Span {
  calls: number
}

interface MinuteRow {
  minute: number
  calls: number
}

const MINUTE_US = 60_000_000
/** Longest piece, so that a microsecond of it and the number of a call fit one number (rows.ts). */
export const PIECE_US_MAX = 8 * 60 * MINUTE_US

/** The calls of each minute, for cutting the window into pieces. */
export function readMinutes(store: Store, scope: Scope): Promise<MinuteRow[]> {
  return store.read<MinuteRow>(
    `SELECT toUnixTimestamp(toStartOfMinute(ts)) AS minute, count() AS calls FROM ${DATABASE}.calls
     WHERE ${WITHIN} AND ${scope.where} GROUP BY minute ORDER BY minute`,
    { ...scope.bound, ...scope.span },
  )
}

/**
 * Cuts the window at minutes, so that a piece has at most `calls_max` calls, or is one minute.
 * @param us_max longest piece, microseconds
 * Stretches without calls belong to no piece.
 */
export function piecesOf(
  minutes: readonly MinuteRow[],
  span: Span,
  calls_max: number,
  us_max = Number.POSITIVE_INFINITY,
): Piece[] {
  const pieces: Piece[] = []
  for (const { minute, calls } of minutes) {
    const from_us = Math.max(span.from_us, minute * 1_000_000)
    const to_us = Math.min(span.to_us, minute * 1_000_000 + MINUTE_US)
    const last = pieces.at(-1)
    const fits = last !== undefined && last.calls + calls <= calls_max && to_us - last.from_us <= us_max
    if (fits) {
      last.to_us = to_us
      last.calls += calls
    } else pieces.push({ from_us, to_us, calls })
  }
  return pieces
}
