import type { Store } from '../../collector/store/store.ts'
import { DATABASE } from '../../collector/store/tables.ts'
import { hashSql } from './kind.ts'
import type { Rows } from './replay.ts'
import { type Piece, type Scope, WITHIN } from './scope.ts'
import type { Shape } from './shape.ts'

/** Calls held in memory at a time. */
export const REPLAY_PIECE_CALLS = 250_000

const NO_ROWS: Rows = { ts: [], duration_us: [], hash: [] }

/**
 * The calls of one piece in order of their start, as three rows of numbers: a tenth of what the same
 * calls would weigh as records.
 */
export async function readRows(
  store: Store,
  scope: Scope,
  shape: Shape,
  seed: number,
  { from_us, to_us }: Piece,
): Promise<Rows> {
  const [found] = await store.read<Rows>(
    `SELECT groupArray(t) AS ts, groupArray(d) AS duration_us, groupArray(h) AS hash FROM (
       SELECT toUnixTimestamp64Micro(ts) - {from_us:Int64} AS t, duration_us AS d, ${hashSql(shape, seed)} AS h
       FROM ${DATABASE}.calls WHERE ${WITHIN} AND ${scope.where} ORDER BY ts, span_id)`,
    { ...scope.bound, ...shape.bound, from_us, to_us },
  )
  return found ?? NO_ROWS
}
