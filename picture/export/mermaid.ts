import type { Graph } from '../../model/graph.ts'
import { edgeText } from './dot.ts'

/**
 * The graph as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html). Nodes are numbered
 * and names stand only in quoted labels, every sign outside letters, digits and a few harmless ones
 * as a numeric entity: so no name can end its label or become markup in the page that draws it.
 */
function label(text: string): string {
  return `"${text.replaceAll(/[^A-Za-z0-9 _.,:/%-]/gu, (sign) => `#${sign.codePointAt(0)};`)}"`
}

export function mermaidOf(graph: Graph): string {
  const ids = new Map(graph.nodes.map((node, index) => [node.id, `n${index}`]))
  const nodes = graph.nodes.map((node) => {
    const id = ids.get(node.id)
    return node.kind === 'service' ? `  ${id}[${label(node.id)}]` : `  ${id}([${label(node.id)}])`
  })
  const edges = graph.edges.map((edge) => {
    const arrow = edge.health === 'idle' || edge.health === 'unknown' ? '-.->' : '-->'
    return `  ${ids.get(edge.source)} ${arrow}|${label(edgeText(edge))}| ${ids.get(edge.destination)}`
  })
  return ['flowchart LR', ...nodes, ...edges, ''].join('\n')
}
