import type { Graph, GraphEdge, GraphNode } from '../../model/graph.ts'
import { edgeKey } from '../edge-key.ts'
import { FIELDS, type Scope, STATES } from './field.ts'
import type { Operator, Query } from './grammar.ts'

/** What find and hide leave of a graph. */

export interface Match {
  /** Nodes and edges that match themselves. */
  nodes: ReadonlySet<string>
  edges: ReadonlySet<string>
  /** Nodes that stay visible, dimmed, as the other end of a matching edge. */
  context: ReadonlySet<string>
}

export interface Question {
  find?: Query | undefined
  hide?: Query | undefined
  /** Only what is degraded or failing. */
  problems?: boolean
  before?: Scope['before']
}

const hasProblem = (it: { health: GraphNode['health'] }) => it.health === 'warn' || it.health === 'bad'

function compares(operator: Operator, one: number, other: number): boolean {
  switch (operator) {
    case '>':
      return one > other
    case '<':
      return one < other
    case '>=':
      return one >= other
    case '<=':
      return one <= other
    case '!=':
      return one !== other
    default:
      return one === other
  }
}

function resembles(operator: Operator, text: string, value: string): boolean {
  const low = text.toLowerCase()
  if (operator === 'contains') return low.includes(value)
  if (operator === 'starts') return low.startsWith(value)
  if (operator === 'ends') return low.endsWith(value)
  return low === value
}

function textHolds(operator: Operator, texts: readonly string[], value: string): boolean {
  if (operator === '!=') return !textHolds('=', texts, value)
  return texts.some((text) => resembles(operator, text, value))
}

type Item = { node: GraphNode } | { edge: GraphEdge }

function textsOf(item: Item, name: string, { nodes }: Scope): readonly string[] {
  const field = FIELDS[name]
  if (field?.kind !== 'text') return []
  if ('node' in item) return field.node(item.node)
  if (!field.of_ends) return field.edge(item.edge)
  return [item.edge.source, item.edge.destination].flatMap((id) => {
    const node = nodes.get(id)
    return node ? field.node(node) : []
  })
}

/** Whether a node or an edge is what the query asks for. */
export function holds(query: Query, item: Item, scope: Scope): boolean {
  switch (query.kind) {
    case 'and':
      return query.parts.every((part) => holds(part, item, scope))
    case 'or':
      return query.parts.some((part) => holds(part, item, scope))
    case 'not':
      return !holds(query.part, item, scope)
    case 'state': {
      const state = STATES[query.state]!
      return 'node' in item ? state.node(item.node, scope) : state.edge(item.edge, scope)
    }
    case 'text':
      return textHolds(query.operator, textsOf(item, query.field, scope), query.value)
    case 'number': {
      const field = FIELDS[query.field]
      if (field?.kind !== 'number') return false
      const value = 'node' in item ? field.node(item.node) : field.edge(item.edge)
      return value !== undefined && compares(query.operator, value, query.value)
    }
  }
}

function scopeOf(graph: Graph, before: Scope['before']): Scope {
  const edges_into = new Map<string, GraphEdge[]>()
  for (const edge of graph.edges) {
    const known = edges_into.get(edge.destination)
    if (known) known.push(edge)
    else edges_into.set(edge.destination, [edge])
  }
  return { nodes: new Map(graph.nodes.map((node) => [node.id, node])), edges_into, before }
}

/** What a question leaves visible, or undefined where it asks for nothing. */
export function matchOf(graph: Graph, { find, hide, problems = false, before }: Question): Match | undefined {
  if (!find && !hide && !problems) return undefined
  const scope = scopeOf(graph, before)
  const stays = (item: Item) => !hide || !holds(hide, item, scope)
  const found = (item: Item) => !find || holds(find, item, scope)
  const left = graph.nodes.filter((node) => stays({ node }))
  const there = new Set(left.map((node) => node.id))
  const nodes = left.filter((node) => found({ node }) && (!problems || hasProblem(node)))
  const edges = graph.edges.filter(
    (edge) =>
      there.has(edge.source) &&
      there.has(edge.destination) &&
      stays({ edge }) &&
      found({ edge }) &&
      (!problems || hasProblem(edge)),
  )
  const own = new Set(nodes.map((node) => node.id))
  return {
    nodes: own,
    edges: new Set(edges.map(edgeKey)),
    context: new Set(edges.flatMap((edge) => [edge.source, edge.destination]).filter((id) => !own.has(id))),
  }
}
