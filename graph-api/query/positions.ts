import { createHash } from 'node:crypto'
import type { Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import type { PositionsAnswer } from '../contract.ts'
import { storedForm } from './filter.ts'

/** Most nodes read back of one view. */
const NODES_MAX = 20_000

/** Where people dragged the nodes of a view; the newest row of a node counts. */
export async function readPositions(store: Store, view: string): Promise<PositionsAnswer> {
  const rows = await store.read<{ node: string; x: number; y: number }>(
    `SELECT node, argMax(x, at) AS x, argMax(y, at) AS y FROM ${DATABASE}.positions
     WHERE view = {view:String} GROUP BY node ORDER BY node LIMIT ${NODES_MAX}`,
    { view },
  )
  return Object.fromEntries(rows.map(({ node, x, y }) => [node, { x, y }]))
}

/** A field of TabSeparated: printable ASCII with the backslash escaped (model/row.ts). */
function field(text: string): string {
  return storedForm(text).replaceAll('\\', '\\\\')
}

/**
 * Stores positions; nodes that are not named keep theirs.
 * @param view letters, digits, `_` and `-` @param now_us wall clock, microseconds
 */
export async function writePositions(
  store: Store,
  view: string,
  positions: PositionsAnswer,
  now_us: number,
): Promise<void> {
  const entries = Object.entries(positions)
  if (entries.length === 0) return
  const at = (now_us / 1_000_000).toFixed(3)
  const lines = entries.map(([node, { x, y }]) => `${field(view)}\t${field(node)}\t${x}\t${y}\t${at}\n`)
  const body = Buffer.from(lines.join(''), 'latin1')
  const token = `positions-${createHash('sha256').update(body).digest('hex')}`
  await store.insert('positions', body, token)
}
