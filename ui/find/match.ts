import type { Graph, GraphEdge, GraphNode } from '../../graph-api/contract.ts'
import { edgeKey } from '../../graph-api/picture/edge-key.ts'

/** The find box: words that all must hold, each a part of a name or one of a few states. */

/** What each state word asks of an edge; `idle` and `untapped` ask it of a node. */
export const STATE_WORDS = ['error', 'slow', 'idle', 'untapped'] as const
type StateWord = (typeof STATE_WORDS)[number]

/** `slow` begins here, at the p95. */
export const SLOW_US = 250_000

export interface Match {
  /** Nodes and edges that match themselves. */
  nodes: ReadonlySet<string>
  edges: ReadonlySet<string>
  /** Nodes that stay visible, dimmed, as the other end of a matching edge. */
  context: ReadonlySet<string>
}

export interface Question {
  text: string
  problems: boolean
}

const hasProblem = (it: { health: GraphNode['health'] }) => it.health === 'warn' || it.health === 'bad'

function wordsOf(text: string): { states: StateWord[]; names: string[] } {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const states = STATE_WORDS.filter((state) => words.includes(state) || words.includes(`${state}s`))
  const names = words.filter((word) => !STATE_WORDS.some((state) => word === state || word === `${state}s`))
  return { states, names }
}

function nodeHolds(node: GraphNode, word: StateWord): boolean {
  if (word === 'error') return node.errors > 0
  if (word === 'slow') return node.p95_us >= SLOW_US
  if (word === 'idle') return node.health === 'idle'
  return !node.tapped
}

function edgeHolds(edge: GraphEdge, word: StateWord): boolean {
  if (word === 'error') return edge.errors > 0
  if (word === 'slow') return edge.p95_us >= SLOW_US
  return word === 'idle' && edge.health === 'idle'
}

/** What a question leaves visible, or undefined where it asks for nothing. */
export function matchOf(graph: Graph, { text, problems }: Question): Match | undefined {
  const { states, names } = wordsOf(text)
  if (states.length === 0 && names.length === 0 && !problems) return undefined
  const named = (id: string) => names.every((word) => id.toLowerCase().includes(word))
  const nodes = new Set(
    graph.nodes
      .filter((node) => named(node.id) && states.every((word) => nodeHolds(node, word)))
      .filter((node) => !problems || hasProblem(node))
      .map((node) => node.id),
  )
  const edges = graph.edges.filter(
    (edge) =>
      (named(edge.source) || named(edge.destination)) &&
      states.every((word) =>
        word === 'untapped' ? nodes.has(edge.source) || nodes.has(edge.destination) : edgeHolds(edge, word),
      ) &&
      (!problems || hasProblem(edge)),
  )
  return {
    nodes,
    edges: new Set(edges.map(edgeKey)),
    context: new Set(edges.flatMap((edge) => [edge.source, edge.destination]).filter((id) => !nodes.has(id))),
  }
}
