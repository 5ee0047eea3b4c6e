import type { Graph } from '../../model/graph.ts'
import { NODE_LOOK } from '../node-look.ts'

/**
 * The graph in Graphviz' language (https://graphviz.org/doc/info/lang.html). Names are double-quoted
 * strings: a quote is escaped, and so is the backslash, which labels would read as an escape.
 */
function quoted(text: string): string {
  return `"${text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll(/[\r\n]/g, ' ')}"`
}

const STYLES = { ok: 'solid', warn: 'dashed', bad: 'bold', unknown: 'dotted', idle: 'dotted' } as const

/** What an edge says in every written picture: rate, share of failures, p95. */
export function edgeText(edge: Graph['edges'][number]): string {
  if (edge.calls === 0) return 'idle'
  const rate = edge.rate >= 10 ? edge.rate.toFixed(0) : edge.rate.toFixed(2)
  const failed = edge.errors === 0 ? '' : `, ${(edge.error_rate * 100).toFixed(1)} % failed`
  return `${rate}/s, p95 ${(edge.p95_us / 1000).toFixed(1)} ms${failed}`
}

export function dotOf(graph: Graph): string {
  const nodes = graph.nodes.map(
    (node) => `  ${quoted(node.id)} [shape=${NODE_LOOK[node.kind].shape}, style=${STYLES[node.health]}];`,
  )
  const edges = graph.edges.map(
    (edge) =>
      `  ${quoted(edge.source)} -> ${quoted(edge.destination)} [label=${quoted(edgeText(edge))}, style=${STYLES[edge.health]}];`,
  )
  return ['digraph tapmesh {', '  rankdir=LR;', ...nodes, ...edges, '}', ''].join('\n')
}
