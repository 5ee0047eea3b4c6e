import type { Graph } from '../../graph-api/contract.ts'
import type { Layout, Point } from '../../picture/layout.ts'
import { layout } from '../../picture/layout.ts'
import { frameOf } from '../../picture/spacing.ts'

/**
 * The next layout of a growing graph. A graph that has at least doubled since its first picture is
 * still arriving, so it is laid out anew; after that nothing moves unasked.
 */
export function nextLayout(
  next: Graph,
  before: Pick<Layout, 'positions' | 'spacing'> | undefined,
  pinned: Record<string, Point>,
): { layout: Layout; fresh: boolean } {
  const known = before ? next.nodes.filter((node) => Object.hasOwn(before.positions, node.id)).length : 0
  const fresh = before === undefined || next.nodes.length - known >= Math.max(known, 1)
  const start = fresh ? layout(next) : layout(next, before)
  const own = next.nodes.map((node) => node.id).filter((id) => Object.hasOwn(pinned, id))
  if (!fresh || own.length === 0) return { layout: start, fresh }
  const positions = { ...start.positions }
  for (const id of own) positions[id] = pinned[id]!
  return { layout: { ...start, positions, ...frameOf(positions, start.spacing) }, fresh }
}
