/**
 * Which column a node belongs to: callers left, callees right, edges that close a cycle set aside.
 * Indices instead of names: `out[i]` holds the nodes that node `i` calls.
 */

export interface Adjacency {
  ids: string[]
  out: number[][]
  into: number[][]
}

/** Nodes in the order of their ids, edges once each, without loops and without unknown names. */
export function adjacencyOf(
  ids: readonly string[],
  edges: Iterable<{ source: string; destination: string }>,
): Adjacency {
  const sorted = [...new Set(ids)].sort()
  const index = new Map(sorted.map((id, at) => [id, at]))
  const seen = new Set<number>()
  for (const { source, destination } of edges) {
    const from = index.get(source)
    const to = index.get(destination)
    if (from !== undefined && to !== undefined && from !== to) seen.add(from * sorted.length + to)
  }
  const out: number[][] = sorted.map(() => [])
  const into: number[][] = sorted.map(() => [])
  // In numerical order, so that the result does not depend on the order of the edges.
  for (const pair of Float64Array.from(seen).sort()) {
    const from = Math.floor(pair / sorted.length)
    const to = pair % sorted.length
    out[from]!.push(to)
    into[to]!.push(from)
  }
  return { ids: sorted, out, into }
}

/**
 * Nodes in the order a depth-first walk leaves them, last first: in this order every edge that does
 * not close a cycle points forward. Walks begin at nodes that nobody calls, then at those that call
 * more than they are called, so that the fewest edges count as closing ones.
 */
function forwardOrder({ ids, out, into }: Adjacency): number[] {
  const starts = ids
    .map((_, node) => node)
    .sort(
      (a, b) =>
        Number(into[a]!.length > 0) - Number(into[b]!.length > 0) ||
        out[b]!.length - into[b]!.length - (out[a]!.length - into[a]!.length) ||
        a - b,
    )
  const seen = new Uint8Array(ids.length)
  const left: number[] = []
  for (const start of starts) {
    if (seen[start]) continue
    seen[start] = 1
    const stack: [node: number, next: number][] = [[start, 0]]
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      const child = out[top[0]]![top[1]++]
      if (child === undefined) {
        left.push(top[0])
        stack.pop()
      } else if (!seen[child]) {
        seen[child] = 1
        stack.push([child, 0])
      }
    }
  }
  return left.reverse()
}

/** Columns up to which longest paths are drawn as they are. */
const COLUMNS_MIN = 8

/** Columns that give a picture of `nodes` boxes about the shape of a screen. */
function columnsMax(nodes: number): number {
  return Math.max(COLUMNS_MIN, Math.round(Math.sqrt(nodes * 0.6)))
}

/**
 * Column of each node from 0: the longest path from the callers. Where that would make the picture
 * far wider than a screen (a few calls against the current are enough), trophic levels instead.
 */
export function ranksOf(graph: Adjacency): Int32Array {
  const paths = longestPaths(graph)
  const most = columnsMax(graph.ids.length)
  const ranks = highest(paths) < most ? paths : ranksByLevel(levelsOf(graph), most)
  if (ranks === paths) pullCallers(graph, ranks)
  spreadLoners(graph, ranks)
  return ranks
}

/** Share of all nodes in one column from which on the levels say too little to be drawn. */
const PILE_SHARE = 0.6
const PILE_MIN = 5

/** Columns by level; where everybody calls everybody and so all stand at one level, columns of even size. */
function ranksByLevel(levels: Float64Array, columns: number): Int32Array {
  const ranks = quantized(levels, columns)
  const sizes = new Int32Array(columns)
  for (const rank of ranks) sizes[rank]!++
  if (levels.length < PILE_MIN || Math.max(...sizes) < levels.length * PILE_SHARE) return ranks
  const order = Array.from(levels, (_, node) => node).sort((a, b) => levels[a]! - levels[b]! || a - b)
  const size = Math.ceil(Math.sqrt(levels.length))
  order.forEach((node, at) => {
    ranks[node] = Math.floor(at / size)
  })
  return ranks
}

const highest = (ranks: Int32Array): number => ranks.reduce((most, rank) => Math.max(most, rank), 0)

function longestPaths(graph: Adjacency): Int32Array {
  const { ids, out } = graph
  const order = forwardOrder(graph)
  const place = new Int32Array(ids.length)
  order.forEach((node, at) => {
    place[node] = at
  })
  const ranks = new Int32Array(ids.length)
  for (const node of order) {
    for (const child of out[node]!) {
      if (place[child]! > place[node]!) ranks[child] = Math.max(ranks[child]!, ranks[node]! + 1)
    }
  }
  return ranks
}

/** Callers that nobody calls stand one column before the first service they call. */
function pullCallers({ into, out }: Adjacency, ranks: Int32Array): void {
  for (let node = 0; node < ranks.length; node++) {
    if (into[node]!.length > 0 || out[node]!.length === 0) continue
    const first = Math.min(...out[node]!.map((child) => ranks[child]!))
    ranks[node] = Math.max(0, first - 1)
  }
}

const LEVEL_ROUNDS = 16

/**
 * Trophic levels: heights h that minimise the sum of (h(callee) - h(caller) - 1)^2 over all edges
 * (MacKay, Johnson, Sansom 2020, "How directed is a directed network?"), by Gauss-Seidel rounds.
 */
function levelsOf({ ids, out, into }: Adjacency): Float64Array {
  // All neighbours in one flat list: these loops are the hottest of a first layout.
  const starts = new Int32Array(ids.length + 1)
  for (let node = 0; node < ids.length; node++) {
    starts[node + 1] = starts[node]! + into[node]!.length + out[node]!.length
  }
  const others = new Int32Array(starts[ids.length]!)
  for (let node = 0; node < ids.length; node++) {
    others.set(into[node]!, starts[node]!)
    others.set(out[node]!, starts[node]! + into[node]!.length)
  }
  const levels = new Float64Array(ids.length)
  for (let round = 0; round < LEVEL_ROUNDS; round++) {
    for (let node = 0; node < ids.length; node++) {
      const start = starts[node]!
      const end = starts[node + 1]!
      if (start === end) continue
      let sum = into[node]!.length - out[node]!.length
      for (let at = start; at < end; at++) sum += levels[others[at]!]!
      levels[node] = sum / (end - start)
    }
  }
  return levels
}

/** Levels spread evenly over `columns` columns from 0. */
function quantized(levels: Float64Array, columns: number): Int32Array {
  let [low, high] = [Infinity, -Infinity]
  for (const level of levels) {
    low = Math.min(low, level)
    high = Math.max(high, level)
  }
  const step = (high - low || 1) / (columns - 1)
  return Int32Array.from(levels, (level) => Math.round((level - low) / step))
}

/** Nodes without any edge share the columns evenly instead of piling up in the first one. */
function spreadLoners({ ids, out, into }: Adjacency, ranks: Int32Array): void {
  const loners = ids.map((_, node) => node).filter((node) => out[node]!.length + into[node]!.length === 0)
  const columns = Math.max(highest(ranks) + 1, 4)
  loners.forEach((node, at) => {
    ranks[node] = at % columns
  })
}
