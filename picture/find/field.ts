import type { GraphEdge, GraphNode } from '../../model/graph.ts'
import { groupName } from '../group.ts'

/** Fields and states that a find text may ask for, and what they read from a node or an edge. */

/** `slow` begins here, at the p95. */
export const SLOW_US = 250_000

export interface Scope {
  /** Nodes by their id, for what an edge takes from its ends. */
  nodes: ReadonlyMap<string, GraphNode>
  edges_into: ReadonlyMap<string, readonly GraphEdge[]>
  /** Pairs with calls in the time before the window; absent while it is not known. */
  before?: { nodes: ReadonlySet<string>; edges: ReadonlySet<string> } | undefined
}

export type Unit = 'duration' | 'percent' | 'number' | 'bytes'

interface NumberField {
  kind: 'number'
  unit: Unit
  node: (node: GraphNode) => number | undefined
  edge: (edge: GraphEdge) => number | undefined
}

interface TextField {
  kind: 'text'
  /** All texts that count; an edge has also those of its ends where `of_ends`. */
  node: (node: GraphNode) => readonly string[]
  edge: (edge: GraphEdge) => readonly string[]
  of_ends: boolean
}

export type Field = NumberField | TextField

const both = (unit: Unit, read: (it: GraphNode | GraphEdge) => number): NumberField => ({
  kind: 'number',
  unit,
  node: read,
  edge: read,
})
const ofNode = (read: (node: GraphNode) => readonly string[]): TextField => ({
  kind: 'text',
  node: read,
  edge: () => [],
  of_ends: true,
})
const ofEdge = (read: (edge: GraphEdge) => readonly string[]): TextField => ({
  kind: 'text',
  node: () => [],
  edge: read,
  of_ends: false,
})
const edgeNumber = (unit: Unit, read: (edge: GraphEdge) => number): NumberField => ({
  kind: 'number',
  unit,
  node: () => undefined,
  edge: read,
})

const verdictField = (acted: boolean): TextField =>
  ofEdge((edge) =>
    (edge.verdicts ?? []).flatMap((verdict) =>
      verdict.acted === acted ? [verdict.decision, verdict.feature, verdict.rule] : [],
    ),
  )

const share = both('percent', (it) => it.error_rate * 100)
const rate = both('number', (it) => it.rate)
const service = ofNode((node) => [node.id])

export const FIELDS: Readonly<Record<string, Field>> = {
  service,
  name: service,
  node: service,
  source: ofEdge((edge) => [edge.source]),
  destination: ofEdge((edge) => [edge.destination]),
  zone: ofNode((node) => node.zones),
  version: ofNode((node) => node.versions),
  namespace: ofNode((node) => [groupName(node, 'namespace')]),
  ns: ofNode((node) => [groupName(node, 'namespace')]),
  kind: ofNode((node) => [node.kind]),
  health: { kind: 'text', node: (node) => [node.health], edge: (edge) => [edge.health], of_ends: false },
  protocol: ofEdge((edge) => [edge.protocol]),
  reporter: ofEdge((edge) => [edge.reporter]),
  would: verdictField(false),
  acted: verdictField(true),
  rps: rate,
  rate,
  calls: both('number', (it) => it.calls),
  errors: both('number', (it) => it.errors),
  '%error': share,
  '%errors': share,
  '%httperr': share,
  p50: both('duration', (it) => it.p50_us),
  p95: both('duration', (it) => it.p95_us),
  p99: both('duration', (it) => it.p99_us),
  ttfb: edgeNumber('duration', (edge) => edge.ttfb_p50_us),
  '%traced': edgeNumber('percent', (edge) => edge.traced * 100),
  request_bytes: edgeNumber('bytes', (edge) => edge.request_bytes),
  response_bytes: edgeNumber('bytes', (edge) => edge.response_bytes),
}

interface State {
  /** One line for the help. */
  means: string
  node: (node: GraphNode, scope: Scope) => boolean
  edge: (edge: GraphEdge, scope: Scope) => boolean
  /** True where it needs the time before the window. */
  before?: true
}

const either = (means: string, test: (it: GraphNode | GraphEdge) => boolean): State => ({
  means,
  node: test,
  edge: test,
})
const nodeState = (means: string, test: (node: GraphNode) => boolean): State => ({
  means,
  node: test,
  edge: (edge, { nodes }) =>
    [edge.source, edge.destination].some((id) => {
      const node = nodes.get(id)
      return node !== undefined && test(node)
    }),
})
const untraced = (edge: GraphEdge): boolean => edge.calls > 0 && edge.traced === 0
export const pairKey = (edge: Pick<GraphEdge, 'source' | 'destination'>): string =>
  `${edge.source}\x1f${edge.destination}`

export const STATES: Readonly<Record<string, State>> = {
  error: either('calls failed', (it) => it.errors > 0),
  failing: either('too many calls fail', (it) => it.health === 'bad'),
  degraded: either('some calls fail', (it) => it.health === 'warn'),
  healthy: either('nothing to worry about', (it) => it.health === 'ok'),
  slow: either('p95 of 250 ms or more', (it) => it.p95_us >= SLOW_US),
  idle: either('no calls in this window', (it) => it.health === 'idle'),
  untapped: nodeState('no tap reports for it', (node) => !node.tapped),
  external: nodeState('only ever called', (node) => node.kind === 'external'),
  caller: nodeState('only ever calls, without a tap', (node) => node.kind === 'caller'),
  untraced: {
    means: 'no call continues a trace',
    node: (node, { edges_into }) => {
      const into = (edges_into.get(node.id) ?? []).filter((edge) => edge.calls > 0)
      return into.length > 0 && into.every(untraced)
    },
    edge: untraced,
  },
  new: {
    means: 'not there in the time before',
    node: (node, { before }) => before !== undefined && node.calls > 0 && !before.nodes.has(node.id),
    edge: (edge, { before }) => before !== undefined && edge.calls > 0 && !before.edges.has(pairKey(edge)),
    before: true,
  },
  gone: {
    means: 'there in the time before, silent now',
    node: (node, { before }) => before !== undefined && node.calls === 0 && before.nodes.has(node.id),
    edge: (edge, { before }) => before !== undefined && edge.calls === 0 && before.edges.has(pairKey(edge)),
    before: true,
  },
}
