import type { Graph, GraphEdge, GraphNode, Health, NodeSlo } from '../model/graph.ts'
import { edgeKey } from './edge-key.ts'
import { durationText, rateText, shareText } from './format.ts'
import type { LabelPlace } from './label.ts'
import { Occupied, placeLabel } from './label.ts'
import type { Curve } from './path.ts'
import { pointAt } from './path.ts'
import { edgeSentence, groupSentence, nodeSentence } from './sentence.ts'
import type { Layout, Point } from './spacing.ts'
import { fitText } from './text.ts'
import { lossLines } from './verdict-words.ts'
import { BENT_EDGES_MAX, wiresOf } from './wires.ts'

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
  /** Draw figures on these edges (keys) only; calls that a policy would lose are told on every edge. */
  label_only?: ReadonlySet<string>
  /** Ids of boxes that stand for several services, with what they stand for. */
  members?: ReadonlyMap<string, readonly string[]>
  /** Lines that are known already, of this layout and these pairs. */
  wires?: ReadonlyMap<string, Curve>
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
  /** How many services the box stands for; 0 for a service itself. */
  members: number
  /** The worst objective, where one is configured. */
  slo: NodeSlo['state'] | undefined
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

/** Base lines of a box's words from its middle; the second line only where there is one. */
export function textRows({ stats, height }: Pick<SceneNode, 'stats' | 'height'>): {
  name: number
  stats: number | undefined
} {
  if (stats === '' || height < 40) return { name: 5.5, stats: undefined }
  return height < 48 ? { name: -3, stats: 13.5 } : { name: -4, stats: 17 }
}

/** Level of detail for a zoom factor. */
export function detailFor(scale: number): Detail {
  return scale < 0.35 ? 'boxes' : scale < 0.55 ? 'names' : 'full'
}

/** Edges beyond which labels are drawn only where something is wrong. */
export const LABELLED_EDGES_MAX = BENT_EDGES_MAX

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

function nodeStats(node: GraphNode, members: number): string {
  if (members > 0) return `${members} services · ${rateText(node.rate)}`
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
export function onePerPair(edges: readonly GraphEdge[]): GraphEdge[] {
  const pairs = new Map<string, GraphEdge>()
  for (const edge of edges) {
    const key = edgeKey(edge)
    const known = pairs.get(key)
    const worse = known ? SEVERITY[edge.health] - SEVERITY[known.health] || edge.calls - known.calls : 1
    if (worse > 0) pairs.set(key, edge)
  }
  return [...pairs.values()]
}

interface NodeOptions {
  detail: Detail
  /** Services that the box stands for, 0 for a service itself. */
  members: number
}

function sceneNode(node: GraphNode, point: Point, layout: Layout, options: NodeOptions): SceneNode {
  const { node_width, node_height } = layout.spacing
  const { detail, members } = options
  const room = node_width - 42
  // A group is named by what its members share; its id begins with how they were grouped.
  const shown = members > 0 ? node.id.replace(/^\w+: /, '') : node.id
  return {
    id: node.id,
    x: point.x,
    y: point.y,
    width: node_width,
    height: node_height,
    name: fitText(
      shown,
      detail === 'full' ? NAME_SIZE : NAME_SIZE_FAR,
      detail === 'full' ? room : node_width - 20,
    ),
    stats: nodeStats(node, members),
    kind: node.kind,
    tapped: node.tapped,
    health: node.health,
    members,
    slo: node.slo?.state,
    get sentence() {
      return members > 0 ? groupSentence(node, members) : nodeSentence(node)
    },
  }
}

/** Primitives of a graph in its layout; nodes without a position are left out. */
export function sceneOf(graph: Graph, layout: Layout, options: SceneOptions = {}): Scene {
  const detail = options.detail ?? 'full'
  const nodes: SceneNode[] = []
  for (const node of graph.nodes) {
    const point = Object.hasOwn(layout.positions, node.id) ? layout.positions[node.id] : undefined
    const members = options.members?.get(node.id)?.length ?? 0
    if (point) nodes.push(sceneNode(node, point, layout, { detail, members }))
  }
  const pairs = onePerPair(graph.edges)
  const wires = options.wires ?? wiresOf(pairs, layout)
  const drawn = pairs.flatMap((edge) => {
    const key = edgeKey(edge)
    const curve = wires.get(key)
    return curve ? [{ edge, key, curve }] : []
  })
  const labels = detail === 'full' ? labelsOf(nodes, drawn, options) : new Map<string, LabelPlace>()
  // What is wrong is drawn last, so that it lies on top.
  drawn.sort((a, b) => SEVERITY[a.edge.health] - SEVERITY[b.edge.health])
  const edges = drawn.map((it) => sceneEdge(it, labels.get(it.key)))
  const { left, top, width, height } = layout
  return { left, top, width, height, detail, nodes, edges }
}

interface Drawn {
  edge: GraphEdge
  key: string
  curve: Curve
}

/** Places for labels: losses by a policy first, then the worst and busiest edges; those that find none go without. */
function labelsOf(
  nodes: readonly SceneNode[],
  drawn: readonly Drawn[],
  { labels = ['rate', 'p95'], label_only }: SceneOptions,
): Map<string, LabelPlace> {
  const found = new Map<string, LabelPlace>()
  const figures = ({ edge, key }: Drawn) =>
    label_only && !label_only.has(key) ? [] : labels.map((metric) => metricText(edge, metric))
  const wanted = drawn
    .map((it) => ({ ...it, figures: figures(it), losses: lossLines(it.edge) }))
    .filter((it) => it.figures.length > 0 || it.losses)
  if (wanted.length === 0) return found
  const occupied = new Occupied()
  for (const { x, y, width, height } of nodes) {
    occupied.add({ left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 })
  }
  wanted.sort(
    (a, b) =>
      Number(b.losses !== undefined) - Number(a.losses !== undefined) ||
      SEVERITY[b.edge.health] - SEVERITY[a.edge.health] ||
      b.edge.rate - a.edge.rate,
  )
  for (const { key, curve, figures, losses } of wanted) {
    // Where there is no room for all of it, what would be lost goes before the figures.
    const tries = losses
      ? [figures, []].flatMap((first) =>
          losses.map((it) => ({ lines: [...first, ...it], loss_from: first.length })),
        )
      : [{ lines: figures }]
    for (const { lines, ...rest } of tries) {
      const place = placeLabel(lines, curve, occupied)
      if (place === undefined) continue
      found.set(key, { ...place, ...rest })
      break
    }
  }
  return found
}

function sceneEdge({ edge, key, curve }: Drawn, label: LabelPlace | undefined): SceneEdge {
  const tip = pointAt(curve, 1)
  return {
    key,
    source: edge.source,
    destination: edge.destination,
    curve,
    arrow: { x: tip.x, y: tip.y, angle: (Math.atan2(tip.dy, tip.dx) * 180) / Math.PI },
    width: edgeWidth(edge.rate),
    health: edge.health,
    label,
    // Made when it is asked for: a canvas reads few of thousands.
    get sentence() {
      return edgeSentence(edge)
    },
  }
}
