import { insertInto } from './insert.ts'
import { orderOf } from './order.ts'
import { heightsOf } from './place.ts'
import { adjacencyOf, ranksOf } from './ranks.ts'
import type { Layout, Point } from './spacing.ts'
import { frameOf, spacingFor } from './spacing.ts'

export type { Layout, Point } from './spacing.ts'

/** What a layout needs of a graph: names only, so that no metric can ever move a node. */
export interface LayoutInput {
  nodes: readonly { id: string }[]
  edges: readonly { source: string; destination: string }[]
}

/**
 * A stable layered layout: callers left, callees right. With `previous`, nodes that it knows stay
 * exactly where they are and each new one takes the nearest free place; positions of nodes that
 * are gone are forgotten here (a caller who wants them back keeps them in `previous`).
 * The result depends on the names and edges only, not on their order.
 */
export function layout(graph: LayoutInput, previous?: Pick<Layout, 'positions' | 'spacing'>): Layout {
  const ids = [...new Set(graph.nodes.map((node) => node.id))].sort()
  if (previous && ids.some((id) => Object.hasOwn(previous.positions, id))) {
    const positions = insertInto(previous, ids, graph.edges)
    return { positions, spacing: previous.spacing, ...frameOf(positions, previous.spacing) }
  }
  const spacing = spacingFor(ids.length)
  const adjacency = adjacencyOf(ids, graph.edges)
  const ranks = ranksOf(adjacency)
  const columns = orderOf(adjacency, ranks)
  const heights = heightsOf(adjacency, ranks, columns, spacing.node_height + spacing.row_gap)
  const positions: Record<string, Point> = Object.fromEntries(
    adjacency.ids.map((id, node) => [
      id,
      {
        x: ranks[node]! * (spacing.node_width + spacing.column_gap),
        y: Math.round(heights[node]! * 10) / 10,
      },
    ]),
  )
  return { positions, spacing, ...frameOf(positions, spacing) }
}
