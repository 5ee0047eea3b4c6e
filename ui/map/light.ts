import type { Graph } from '../../graph-api/contract.ts'
import type { Scene } from '../../graph-api/picture/scene.ts'
import { edgeKey, LABELLED_EDGES_MAX } from '../../graph-api/picture/scene.ts'
import { selection } from './selection.ts'

/** What stands out because it is selected or pointed at, and what steps back. */

/** Edges whose labels are drawn in a crowded picture: what is wrong, selected or pointed at. */
export function labelled(shown: Graph, hovered: string): ReadonlySet<string> | undefined {
  if (shown.edges.length <= LABELLED_EDGES_MAX) return undefined
  const chosen = selection.value
  const keys = shown.edges
    .filter((edge) => {
      const key = edgeKey(edge)
      if (chosen.kind === 'node') return edge.source === chosen.id || edge.destination === chosen.id
      if (chosen.kind === 'edge') return key === chosen.key
      if (hovered !== '') return edge.source === hovered || edge.destination === hovered
      return edge.health === 'bad' || edge.health === 'warn'
    })
    .map(edgeKey)
  return new Set(keys)
}

/** Which nodes and edges are dimmed because something else is selected or pointed at. */
export function lightOf(
  scene: Scene | undefined,
  hovered: string,
): { nodes: Set<string>; edges: Set<string> } | undefined {
  const chosen = selection.value
  if (!scene || (chosen.kind === 'none' && hovered === '')) return undefined
  const own = (edge: Scene['edges'][number]) =>
    chosen.kind === 'edge'
      ? edge.key === chosen.key
      : [edge.source, edge.destination].includes(chosen.kind === 'node' ? chosen.id : hovered)
  const edges = scene.edges.filter(own)
  const nodes = new Set(edges.flatMap((edge) => [edge.source, edge.destination]))
  nodes.add(chosen.kind === 'node' ? chosen.id : hovered)
  return { nodes, edges: new Set(edges.map((edge) => edge.key)) }
}
