import type { EdgeVerdict, GraphEdge } from '../../model/graph.ts'
import { verdictKey } from '../query/verdict-counts.ts'

/** Edges with what policies said of their calls. */
export function withVerdicts(
  edges: readonly GraphEdge[],
  verdicts: ReadonlyMap<string, readonly EdgeVerdict[]>,
): GraphEdge[] {
  if (verdicts.size === 0) return [...edges]
  return edges.map((edge) => {
    const own = verdicts.get(verdictKey(edge))
    return own === undefined ? edge : { ...edge, verdicts: own }
  })
}
