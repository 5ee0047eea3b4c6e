import type { Coverage, Graph, GraphEdge, GraphNode, GraphWindow } from './graph.ts'

/**
 * What changed from one graph of a window to the next, so that a live map need not be sent whole.
 * Rates are left out: they follow from the calls and the seconds that the window covers.
 */
export interface GraphDelta {
  /** Number of the graph that this leads to; it builds on the one before. */
  seq: number
  window: GraphWindow
  coverage: Coverage
  added: { nodes: GraphNode[]; edges: GraphEdge[] }
  removed: { nodes: NodeKey[]; edges: EdgeKey[] }
  /** Keys with the fields that differ; null takes an optional field away. */
  changed: { nodes: Changed<NodeKey>[]; edges: Changed<EdgeKey>[] }
}

type NodeKey = Pick<GraphNode, 'id'>
type EdgeKey = Pick<GraphEdge, 'source' | 'destination' | 'protocol'>
type Changed<Key> = Key & Record<string, unknown>

type Fields = Record<string, unknown>
/** Names hold no control byte (row.ts), so this joins them without doubt. */
const nodeKey = (node: NodeKey): string => node.id
const edgeKey = (edge: EdgeKey): string => `${edge.source}\x1f${edge.destination}\x1f${edge.protocol}`

const nodeKeys = ({ id }: NodeKey): NodeKey => ({ id })
const edgeKeys = ({ source, destination, protocol }: EdgeKey): EdgeKey => ({ source, destination, protocol })

function same(one: unknown, other: unknown): boolean {
  if (one === other) return true
  return typeof one === 'object' && typeof other === 'object' && JSON.stringify(one) === JSON.stringify(other)
}

/** Fields of `after` that differ from `before`, and null for those that are gone; undefined where none does. */
function difference(before: Fields, after: Fields): Fields | undefined {
  const changed: Fields = {}
  let any = false
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (name === 'rate' || same(before[name], after[name])) continue
    changed[name] = after[name] ?? null
    any = true
  }
  return any ? changed : undefined
}

interface Parts<Item, Key> {
  added: Item[]
  removed: Key[]
  changed: Changed<Key>[]
}

function compare<Item extends Key, Key extends object>(
  before: readonly Item[],
  after: readonly Item[],
  keyOf: (item: Key) => string,
  keysOf: (item: Key) => Key,
): Parts<Item, Key> {
  const known = new Map(before.map((item) => [keyOf(item), item]))
  const parts: Parts<Item, Key> = { added: [], removed: [], changed: [] }
  for (const item of after) {
    const key = keyOf(item)
    const old = known.get(key)
    known.delete(key)
    if (!old) parts.added.push(item)
    else {
      const fields = difference(old as Fields, item as Fields)
      if (fields) parts.changed.push({ ...keysOf(item), ...fields })
    }
  }
  parts.removed = [...known.values()].map(keysOf)
  return parts
}

/** @param seq number of the graph `after` */
export function deltaOf(before: Graph, after: Graph, seq: number): GraphDelta {
  const nodes = compare<GraphNode, NodeKey>(before.nodes, after.nodes, nodeKey, nodeKeys)
  const edges = compare<GraphEdge, EdgeKey>(before.edges, after.edges, edgeKey, edgeKeys)
  return {
    seq,
    window: after.window,
    coverage: after.coverage,
    added: { nodes: nodes.added, edges: edges.added },
    removed: { nodes: nodes.removed, edges: edges.removed },
    changed: { nodes: nodes.changed, edges: edges.changed },
  }
}

/** An item with its changed fields and the rate that follows from its calls. */
function changedItem<Item extends { calls: number; rate: number }>(
  item: Item,
  fields: Fields | undefined,
  seconds: number,
): Item {
  const next: Item & Fields = { ...item, ...fields }
  for (const name of Object.keys(fields ?? {})) if (next[name] === null) delete next[name]
  next.rate = seconds > 0 ? next.calls / seconds : 0
  return next
}

/** In the order of the keys, which is that of the API; without a newcomer it is what it was. */
function applied<Item extends Key & { calls: number; rate: number }, Key extends object>(
  before: readonly Item[],
  { added, removed, changed }: Parts<Item, Key>,
  keyOf: (item: Key) => string,
  seconds: number,
): Item[] {
  const gone = new Set(removed.map(keyOf))
  const fields = new Map(changed.map((item) => [keyOf(item), item]))
  const next: Item[] = []
  for (const item of before) {
    const key = keyOf(item)
    if (!gone.has(key)) next.push(changedItem(item, fields.get(key), seconds))
  }
  if (added.length === 0) return next
  return [...next, ...added].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
}

/** The graph that `deltaOf(before, after)` was made of; `before` stays as it is. */
export function applyDelta(before: Graph, delta: GraphDelta): Graph {
  const seconds = delta.window.covered_seconds
  const part = <Kind extends 'nodes' | 'edges'>(kind: Kind) => ({
    added: delta.added[kind],
    removed: delta.removed[kind],
    changed: delta.changed[kind],
  })
  return {
    window: delta.window,
    nodes: applied<GraphNode, NodeKey>(before.nodes, part('nodes'), nodeKey, seconds),
    edges: applied<GraphEdge, EdgeKey>(before.edges, part('edges'), edgeKey, seconds),
    coverage: delta.coverage,
  }
}
