import { type Graph, type GraphEdge, type GraphNode, SILENT } from '../../model/graph.ts'
import { edgeKey } from '../edge-key.ts'
import { collapse, type Grouped, type Grouping, groupsOf } from '../group.ts'
import { pairKey, type Scope } from './field.ts'
import type { Query } from './grammar.ts'
import { type Match, matchOf } from './match.ts'

/** What is left of a graph: the same in the map, in the exports of the API and on the command line. */

/** With what was there in the time before and is not any more, as idle. */
export function withGone(now: Graph, then: Graph): Graph {
  const nodes = new Set(now.nodes.map((node) => node.id))
  const edges = new Set(now.edges.map(pairKey))
  const goneNodes = then.nodes.filter((node) => node.calls > 0 && !nodes.has(node.id))
  const goneEdges = then.edges.filter((edge) => edge.calls > 0 && !edges.has(pairKey(edge)))
  if (goneNodes.length + goneEdges.length === 0) return now
  return {
    ...now,
    nodes: [...now.nodes, ...goneNodes.map((it): GraphNode => ({ ...it, ...SILENT, health: 'idle' }))],
    edges: [...now.edges, ...goneEdges.map((it): GraphEdge => ({ ...it, ...SILENT, health: 'idle' }))],
  }
}

/** What `new` and `gone` are held against. @param then graph of the time before the window */
export function beforeOf(then: Graph | undefined): Scope['before'] {
  return (
    then && {
      nodes: new Set(then.nodes.filter((node) => node.calls > 0).map((node) => node.id)),
      edges: new Set(then.edges.filter((edge) => edge.calls > 0).map(pairKey)),
    }
  )
}

/** What matches and the other ends of it; the graph itself where nothing was asked. */
export function leftOf(graph: Graph, match: Match | undefined): Graph {
  if (!match) return graph
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => match.nodes.has(node.id) || match.context.has(node.id)),
    edges: graph.edges.filter((edge) => match.edges.has(edgeKey(edge))),
  }
}

export interface View {
  find?: Query | undefined
  hide?: Query | undefined
  group?: Grouping | undefined
  /** Groups that are not drawn as one box. */
  open?: readonly string[] | undefined
  /** Graph of the time before the window, where `new` or `gone` is asked for. */
  before?: Graph | undefined
}

/** Finds, hides and groups, in this order. */
export function viewOf(graph: Graph, { find, hide, group, open = [], before }: View): Grouped {
  const all = before ? withGone(graph, before) : graph
  const left = leftOf(all, matchOf(all, { find, hide, before: beforeOf(before) }))
  if (!group) return { graph: left, members: new Map() }
  const closed = new Set([...groupsOf(all, group).keys()].filter((name) => !open.includes(name)))
  return collapse(left, group, closed)
}
