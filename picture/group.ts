import type { Graph, GraphEdge, GraphNode, Health } from '../model/graph.ts'
import { healthOf } from '../model/health.ts'

/** Services drawn as one box: by zone, or by the first part of their names. Pure, so that exports can do the same. */

export const GROUPINGS = ['namespace', 'zone'] as const
export type Grouping = (typeof GROUPINGS)[number]

/** Which group a service belongs to, empty where to none: its only zone, or what stands before the last dot or slash of its name. */
export function groupName(node: GraphNode, by: Grouping): string {
  if (node.kind === 'caller') return ''
  if (by === 'zone') return node.zones.length === 1 ? node.zones[0]! : ''
  if (node.kind === 'external') return ''
  return /^(.+)[./][^./]+$/.exec(node.id)?.[1] ?? ''
}

/** Groups with at least two members, by name. */
export function groupsOf(graph: Graph, by: Grouping): Map<string, GraphNode[]> {
  const groups = new Map<string, GraphNode[]>()
  for (const node of graph.nodes) {
    const name = groupName(node, by)
    if (name === '') continue
    const known = groups.get(name)
    if (known) known.push(node)
    else groups.set(name, [node])
  }
  return new Map([...groups].filter(([, members]) => members.length > 1).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Id of the box of a group; no tap reports a service of such a name. */
export const groupId = (by: Grouping, name: string): string => `${by}: ${name}`

export interface Grouped {
  graph: Graph
  /** Id of a box to the ids of what it stands for. */
  members: ReadonlyMap<string, readonly string[]>
}

/** Judged by all calls together, as a service is; with one failing part among many it is never all well. */
function healthOfAll(sums: Signals, parts: readonly { health: Health }[]): Health {
  const own = healthOf(sums)
  return own === 'ok' && parts.some((it) => it.health === 'bad') ? 'warn' : own
}

type Signals = Pick<
  GraphNode,
  'calls' | 'errors' | 'client_errors' | 'rate' | 'error_rate' | 'p50_us' | 'p95_us' | 'p99_us'
>

/** Counts add up; quantiles do not, so the highest of the parts stands for all. */
function sum(parts: readonly Signals[]): Signals {
  const total = (read: (it: Signals) => number) => parts.reduce((all, it) => all + read(it), 0)
  const highest = (read: (it: Signals) => number) => parts.reduce((most, it) => Math.max(most, read(it)), 0)
  const [calls, errors] = [total((it) => it.calls), total((it) => it.errors)]
  return {
    calls,
    errors,
    client_errors: total((it) => it.client_errors),
    rate: total((it) => it.rate),
    error_rate: calls > 0 ? errors / calls : 0,
    p50_us: highest((it) => it.p50_us),
    p95_us: highest((it) => it.p95_us),
    p99_us: highest((it) => it.p99_us),
  }
}

function boxOf(id: string, members: readonly GraphNode[], inbound: readonly GraphEdge[]): GraphNode {
  const signals = sum(inbound)
  const all = (read: (node: GraphNode) => readonly string[]) => [...new Set(members.flatMap(read))].sort()
  return {
    id,
    kind: 'service',
    zones: all((node) => node.zones),
    versions: all((node) => node.versions),
    tapped: members.every((node) => node.tapped),
    ...signals,
    health: healthOfAll(signals, members),
  }
}

function mergedEdge(parts: readonly GraphEdge[]): GraphEdge {
  const [first] = parts
  const total = (read: (it: GraphEdge) => number) => parts.reduce((all, it) => all + read(it), 0)
  const signals = sum(parts)
  const verdicts = parts.flatMap((it) => it.verdicts ?? [])
  return {
    ...first!,
    ...signals,
    ...(verdicts.length > 0 ? { verdicts } : {}),
    request_bytes: total((it) => it.request_bytes),
    response_bytes: total((it) => it.response_bytes),
    ttfb_p50_us: Math.max(...parts.map((it) => it.ttfb_p50_us)),
    other_side_calls: total((it) => it.other_side_calls),
    traced: signals.calls > 0 ? total((it) => it.traced * it.calls) / signals.calls : 0,
    health: healthOfAll(signals, parts),
  }
}

/**
 * The graph with some groups closed: one box for each, one edge for all calls between two boxes and
 * each protocol; calls inside a box are counted in it and not drawn.
 */
export function collapse(graph: Graph, by: Grouping, closed: ReadonlySet<string>): Grouped {
  const groups = [...groupsOf(graph, by)].filter(([name]) => closed.has(name))
  if (groups.length === 0) return { graph, members: new Map() }
  const boxOfNode = new Map(
    groups.flatMap(([name, nodes]) => nodes.map((node) => [node.id, groupId(by, name)] as const)),
  )
  const drawn = (id: string) => boxOfNode.get(id) ?? id
  const merged = new Map<string, GraphEdge[]>()
  const into = new Map<string, GraphEdge[]>()
  for (const edge of graph.edges) {
    const [source, destination] = [drawn(edge.source), drawn(edge.destination)]
    if (destination !== edge.destination) {
      const inbound = into.get(destination)
      if (inbound) inbound.push(edge)
      else into.set(destination, [edge])
    }
    if (source === destination && source !== edge.source) continue
    const key = `${source}\x1f${destination}\x1f${edge.protocol}`
    const known = merged.get(key)
    if (known) known.push({ ...edge, source, destination })
    else merged.set(key, [{ ...edge, source, destination }])
  }
  const boxes = groups.map(([name, nodes]) => {
    const id = groupId(by, name)
    return boxOf(id, nodes, into.get(id) ?? [])
  })
  return {
    graph: {
      ...graph,
      nodes: [...graph.nodes.filter((node) => !boxOfNode.has(node.id)), ...boxes],
      edges: [...merged.values()].map((parts) => (parts.length === 1 ? parts[0]! : mergedEdge(parts))),
    },
    members: new Map(groups.map(([name, nodes]) => [groupId(by, name), nodes.map((node) => node.id)])),
  }
}
