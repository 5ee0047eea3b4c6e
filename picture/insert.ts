import type { Layout, Point, Spacing } from './spacing.ts'

/**
 * Places new nodes into a picture whose nodes stay where they are: one column after the last of
 * its callers, in the free slot nearest to the median of its neighbours.
 */

interface Edge {
  source: string
  destination: string
}

interface Neighbours {
  callers: string[]
  callees: string[]
}

/** Positions of all `ids`: the known ones as they were, each new one in a free place. */
export function insertInto(
  previous: Pick<Layout, 'positions' | 'spacing'>,
  ids: readonly string[],
  edges: Iterable<Edge>,
): Record<string, Point> {
  const { spacing } = previous
  const neighbours = new Map<string, Neighbours>(ids.map((id) => [id, { callers: [], callees: [] }]))
  for (const { source, destination } of edges) {
    if (source === destination) continue
    neighbours.get(source)?.callees.push(destination)
    neighbours.get(destination)?.callers.push(source)
  }
  const placed = new Map<string, Point>()
  for (const id of ids) {
    const known = Object.hasOwn(previous.positions, id) ? previous.positions[id] : undefined
    if (known) placed.set(id, { x: known.x, y: known.y })
  }
  const waiting = new Set(ids.filter((id) => !placed.has(id)).sort())
  while (waiting.size > 0) {
    const next = nextOf(waiting, neighbours, placed)
    waiting.delete(next)
    const wish = wishOf(neighbours.get(next)!, placed, spacing)
    placed.set(next, freePlace(wish, placed, spacing))
  }
  return Object.fromEntries(placed)
}

/** The waiting node with the most callers or callees already in place. */
function nextOf(
  waiting: ReadonlySet<string>,
  neighbours: ReadonlyMap<string, Neighbours>,
  placed: ReadonlyMap<string, Point>,
): string {
  let [best, most] = ['', -1]
  for (const id of waiting) {
    const { callers, callees } = neighbours.get(id)!
    const known =
      callers.filter((it) => placed.has(it)).length * 2 + callees.filter((it) => placed.has(it)).length
    if (known > most) [best, most] = [id, known]
  }
  return best
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function wishOf(
  { callers, callees }: Neighbours,
  placed: ReadonlyMap<string, Point>,
  spacing: Spacing,
): Point {
  const step = spacing.node_width + spacing.column_gap
  const points = (names: string[]) => names.map((it) => placed.get(it)).filter((it) => it !== undefined)
  const [before, after] = [points(callers), points(callees)]
  if (before.length > 0) {
    const x = Math.max(...before.map((it) => it.x)) + step
    return { x, y: median([...before, ...after].map((it) => it.y)) }
  }
  if (after.length > 0) {
    const x = Math.min(...after.map((it) => it.x)) - step
    return { x, y: median(after.map((it) => it.y)) }
  }
  const all = [...placed.values()]
  if (all.length === 0) return { x: 0, y: 0 }
  return { x: Math.min(...all.map((it) => it.x)), y: Math.max(...all.map((it) => it.y)) }
}

/** The place nearest to the wish in its column where no box is touched. */
function freePlace(wish: Point, placed: ReadonlyMap<string, Point>, spacing: Spacing): Point {
  const row = spacing.node_height + spacing.row_gap
  const blocking = [...placed.values()]
    .filter((it) => Math.abs(it.x - wish.x) < spacing.node_width + spacing.row_gap)
    .map((it) => it.y)
  const candidates = [wish.y, ...blocking.flatMap((y) => [y - row, y + row])].sort(
    (a, b) => Math.abs(a - wish.y) - Math.abs(b - wish.y) || a - b,
  )
  const free = candidates.find((y) => blocking.every((other) => Math.abs(other - y) >= row - 1e-6))
  return { x: wish.x, y: free ?? Math.max(wish.y, ...blocking) + row }
}
