import type { Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import { hashSql } from './kind.ts'
import { type Piece, type Scope, WITHIN } from './scope.ts'
import type { Shape } from './shape.ts'

/** Calls held in memory at a time; two pieces are, one played and one on its way. */
export const REPLAY_PIECE_CALLS = 250_000

/** The calls of one piece side by side, in order of their start. */
export interface Rows {
  /** Place of the calls in the other three, in order. */
  order: Uint32Array
  /** Microseconds after the piece's start. */
  ts: readonly number[]
  duration_us: readonly number[]
  hash: readonly number[]
}

/** Room for the number of a call beside its start in one number: 2^18 calls, 2^35 us. */
const PLACES = 2 ** 18

/** Calls of one microsecond have no order of their own; by kind and duration it is the same at every run. */
function settleTies({ order, ts, duration_us, hash }: Rows): void {
  const before = (one: number, other: number) =>
    hash[one]! - hash[other]! || duration_us[one]! - duration_us[other]!
  for (let at = 1; at < order.length; at++) {
    const place = order[at]!
    let to = at
    while (to > 0 && ts[order[to - 1]!] === ts[place] && before(order[to - 1]!, place) > 0) {
      order[to] = order[to - 1]!
      to--
    }
    order[to] = place
  }
}

/** Sorting numbers is several times faster than sorting by comparison. */
function orderOf(ts: readonly number[]): Uint32Array {
  if (ts.length > PLACES) return Uint32Array.from(ts.keys()).sort((one, other) => ts[one]! - ts[other]!)
  const packed = new Float64Array(ts.length)
  for (let place = 0; place < ts.length; place++) packed[place] = ts[place]! * PLACES + place
  packed.sort()
  const order = new Uint32Array(ts.length)
  for (let at = 0; at < packed.length; at++) order[at] = packed[at]! % PLACES
  return order
}

/**
 * The calls of one piece as three rows of numbers: a tenth of what the same calls would weigh as
 * records. They are put in order here, since the store would carry every column through its sorting.
 */
export async function readRows(
  store: Store,
  scope: Scope,
  shape: Shape,
  seed: number,
  { from_us, to_us }: Piece,
): Promise<Rows> {
  const [found] = await store.read<{ starts: number[]; durations: number[]; hashes: number[] }>(
    `SELECT groupArray(toUnixTimestamp64Micro(ts) - {from_us:Int64}) AS starts,
       groupArray(duration_us) AS durations, groupArray(${hashSql(shape, seed)}) AS hashes
     FROM ${DATABASE}.calls WHERE ${WITHIN} AND ${scope.where}`,
    { ...scope.bound, ...shape.bound, from_us, to_us },
  )
  const { starts: ts, durations, hashes } = found ?? { starts: [], durations: [], hashes: [] }
  const rows = { order: orderOf(ts), ts, duration_us: durations, hash: hashes }
  settleTies(rows)
  return rows
}
