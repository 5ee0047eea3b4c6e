import type { Point } from '../../picture/layout.ts'

/** Walking over the map by arrow keys: left and right along edges, up and down among neighbours. */

export type Direction = 'left' | 'right' | 'up' | 'down'

/**
 * The node to go to from `at`, or undefined where there is none that way.
 * Without `at` it is the leftmost, topmost node.
 */
export function walk(
  at: string | undefined,
  direction: Direction,
  positions: Readonly<Record<string, Point>>,
  edges: readonly { source: string; destination: string }[],
): string | undefined {
  const all = Object.keys(positions)
  const here = at === undefined || !Object.hasOwn(positions, at) ? undefined : positions[at]
  if (!here) {
    return all.sort((a, b) => positions[a]!.x - positions[b]!.x || positions[a]!.y - positions[b]!.y)[0]
  }
  const nearest = (ids: string[], distance: (point: Point) => number) =>
    ids.sort((a, b) => distance(positions[a]!) - distance(positions[b]!) || (a < b ? -1 : 1))[0]
  if (direction === 'left' || direction === 'right') {
    const ids = edges
      .filter((edge) => (direction === 'right' ? edge.source : edge.destination) === at)
      .map((edge) => (direction === 'right' ? edge.destination : edge.source))
      .filter((id) => id !== at && Object.hasOwn(positions, id))
    return nearest([...new Set(ids)], (point) => Math.abs(point.y - here.y) + Math.abs(point.x - here.x) / 10)
  }
  const sign = direction === 'down' ? 1 : -1
  return nearest(
    all.filter((id) => (positions[id]!.y - here.y) * sign > 1),
    (point) => Math.abs(point.x - here.x) * 2 + Math.abs(point.y - here.y),
  )
}
