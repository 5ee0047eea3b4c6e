import type { Graph } from '../../graph-api/contract.ts'
import type { Scene } from '../../picture/scene.ts'
import { edgeKey, LABELLED_EDGES_MAX } from '../../picture/scene.ts'
import { selection } from '../state/selection.ts'
import { litPaths } from './proven.ts'
import { drawnId } from './view.ts'

/** What stands out because it is selected or pointed at, and what steps back. */

/** Edges whose labels are drawn in a crowded picture: what is wrong, selected or pointed at. */
export function labelled(shown: Graph, hovered: string): ReadonlySet<string> | undefined {
  if (shown.edges.length <= LABELLED_EDGES_MAX) return undefined
  const chosen = selection.value
  const id = chosen.kind === 'node' ? drawnId(chosen.id) : hovered
  const keys = shown.edges
    .filter((edge) => {
      if (chosen.kind === 'edge') return edgeKey(edge) === chosen.key
      if (id !== '') return edge.source === id || edge.destination === id
      return edge.health === 'bad' || edge.health === 'warn'
    })
    .map(edgeKey)
  return new Set(keys)
}

export interface Light {
  nodes: ReadonlySet<string>
  edges: ReadonlySet<string>
}

/** Which nodes and edges keep their light while others are dimmed; undefined where all do. */
export function lightOf(scene: Scene | undefined, hovered: string): Light | undefined {
  const chosen = selection.value
  if (!scene || (chosen.kind === 'none' && hovered === '')) return undefined
  const paths = litPaths.value
  if (paths) return paths
  const id = chosen.kind === 'node' ? drawnId(chosen.id) : hovered
  const own = (edge: Scene['edges'][number]) =>
    chosen.kind === 'edge' ? edge.key === chosen.key : edge.source === id || edge.destination === id
  const edges = scene.edges.filter(own)
  const nodes = new Set(edges.flatMap((edge) => [edge.source, edge.destination]))
  nodes.add(id)
  return { nodes, edges: new Set(edges.map((edge) => edge.key)) }
}
