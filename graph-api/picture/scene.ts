import type { Graph, GraphEdge, GraphNode, Health } from '../../model/graph.ts'
import { edgeKey } from './edge-key.ts'
import { durationText, rateText, shareText } from './format.ts'
import type { LabelPlace } from './label.ts'
import { Occupied, placeLabel } from './label.ts'
import type { Curve } from './path.ts'
import { columnsOf, curveOf, pointAt } from './path.ts'
import { portsOf } from './port.ts'
import { edgeSentence, nodeSentence } from './sentence.ts'
import type { Layout, Point } from './spacing.ts'
import { fitText } from './text.ts'

export { edgeKey } from './edge-key.ts'

/**
 * Graph and layout become primitives that any renderer can draw: boxes, curves, labels. Nothing
 * here knows SVG, canvas or a theme; colours are named by state and looked up by the renderer.
 */

/** What an edge label may show. */
export const EDGE_METRICS = ['rate', 'errors', 'p50', 'p95', 'p99'] as const
export type EdgeMetric = (typeof EDGE_METRICS)[number]

/** Font sizes of names, near and far. */
export const NAME_SIZE = 16
export const NAME_SIZE_FAR = 20

/** How much is drawn: boxes only, names, or everything; follows from the zoom. */
export type Detail = 'boxes' | 'names' | 'full'

export interface SceneOptions {
  labels?: readonly EdgeMetric[]
  detail?: Detail
  /** Draw labels only where something is wrong, or on these edges (keys). */
  label_only?: ReadonlySet<string>
}

export interface SceneNode {
  id: string
  /** Centre and size. */
  x: number
  y: number
  width: number
  height: number
  name: string
  /** Second line: rate and either the error share or the p95. */
  stats: string
  kind: GraphNode['kind']
  tapped: boolean
  health: Health
  sentence: string
}

export interface SceneEdge {
  key: string
  source: string
  destination: string
  curve: Curve
  /** Tip and direction of the arrow head. */
  arrow: { x: number; y: number; angle: number }
  width: number
  health: Health
  label: LabelPlace | undefined
  sentence: string
}

export interface Scene {
  left: number
  top: number
  width: number
  height: number
  detail: Detail
  nodes: SceneNode[]
  edges: SceneEdge[]
}

/** Level of detail for a zoom factor. */
export function detailFor(scale: number): Detail {
  return scale < 0.28 ? 'boxes' : scale < 0.5 ? 'names' : 'full'
}

/** Edges beyond which labels are drawn only where something is wrong. */
export const LABELLED_EDGES_MAX = 90

export function metricText(edge: GraphEdge, metric: EdgeMetric): string {
  switch (metric) {
    case 'rate':
      return rateText(edge.rate)
    case 'errors':
      return shareText(edge.error_rate)
    case 'p50':
      return durationText(edge.p50_us)
    case 'p95':
      return durationText(edge.p95_us)
    case 'p99':
      return durationText(edge.p99_us)
  }
}

function nodeStats(node: GraphNode): string {
  if (node.kind === 'caller') return 'no tap'
  if (node.calls === 0) return 'no calls'
  const second = node.error_rate > 0 ? `${shareText(node.error_rate)} err` : durationText(node.p95_us)
  return `${rateText(node.rate)} · ${second}`
}

/** Line width from the rate, on a logarithmic scale: 1.25 at nothing, 5 at a thousand per second. */
export function edgeWidth(rate: number): number {
  return Math.min(5, 1.25 + Math.log10(1 + rate) * 1.25)
}

const SEVERITY: Record<Health, number> = { bad: 4, warn: 3, ok: 2, unknown: 1, idle: 0 }

/** Edges of one pair become one, told by the protocol with the worst health, then the most calls. */
function onePerPair(edges: readonly GraphEdge[]): GraphEdge[] {
  const pairs = new Map<string, GraphEdge>()
  for (const edge of edges) {
    const key = edgeKey(edge)
    const known = pairs.get(key)
    const worse = known ? SEVERITY[edge.health] - SEVERITY[known.health] || edge.calls - known.calls : 1
    if (worse > 0) pairs.set(key, edge)
  }
  return [...pairs.values()]
}

function sceneNode(node: GraphNode, point: Point, layout: Layout, detail: Detail): SceneNode {
  const { node_width, node_height } = layout.spacing
  const room = node_width - 42
  return {
    id: node.id,
    x: point.x,
    y: point.y,
    width: node_width,
    height: node_height,
    name: fitText(
      node.id,
      detail === 'full' ? NAME_SIZE : NAME_SIZE_FAR,
      detail === 'full' ? room : node_width - 20,
    ),
    stats: nodeStats(node),
    kind: node.kind,
    tapped: node.tapped,
    health: node.health,
    sentence: nodeSentence(node),
  }
}

/** Primitives of a graph in its layout; nodes without a position are left out. */
export function sceneOf(graph: Graph, layout: Layout, options: SceneOptions = {}): Scene {
  const detail = options.detail ?? 'full'
  const place = (id: string) => (Object.hasOwn(layout.positions, id) ? layout.positions[id] : undefined)
  const nodes: SceneNode[] = []
  const occupied = new Occupied()
  for (const node of graph.nodes) {
    const point = place(node.id)
    if (!point) continue
    nodes.push(sceneNode(node, point, layout, detail))
    const [w, h] = [layout.spacing.node_width / 2, layout.spacing.node_height / 2]
    occupied.add({ left: point.x - w, right: point.x + w, top: point.y - h, bottom: point.y + h })
  }
  const pairs = onePerPair(graph.edges).filter((it) => place(it.source) && place(it.destination))
  // In a crowd straight ways under the boxes are calmer than hundreds of lines around them.
  const columns = pairs.length <= LABELLED_EDGES_MAX ? columnsOf(layout) : []
  const ports = portsOf(pairs, layout)
  const drawn = pairs.map((edge) => {
    const key = edgeKey(edge)
    const curve = curveOf(
      place(edge.source)!,
      place(edge.destination)!,
      ports.get(key)!,
      columns,
      layout.spacing,
    )
    return { edge, key, curve }
  })
  const wanted = options.labels ?? ['rate', 'p95']
  const labels = new Map<string, SceneEdge['label']>()
  if (detail === 'full' && wanted.length > 0) {
    const first = drawn.toSorted(
      (a, b) => SEVERITY[b.edge.health] - SEVERITY[a.edge.health] || b.edge.rate - a.edge.rate,
    )
    for (const { edge, key, curve } of first) {
      if (options.label_only && !options.label_only.has(key)) continue
      const lines = wanted.map((metric) => metricText(edge, metric))
      labels.set(key, placeLabel(lines, curve, occupied))
    }
  }
  // What is wrong is drawn last, so that it lies on top.
  drawn.sort((a, b) => SEVERITY[a.edge.health] - SEVERITY[b.edge.health])
  const edges = drawn.map(({ edge, key, curve }): SceneEdge => {
    const tip = pointAt(curve, 1)
    return {
      key,
      source: edge.source,
      destination: edge.destination,
      curve,
      arrow: { x: tip.x, y: tip.y, angle: (Math.atan2(tip.dy, tip.dx) * 180) / Math.PI },
      width: edgeWidth(edge.rate),
      health: edge.health,
      label: labels.get(key),
      sentence: edgeSentence(edge),
    }
  })
  const { left, top, width, height } = layout
  return { left, top, width, height, detail, nodes, edges }
}
