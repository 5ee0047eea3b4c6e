/**
 * Which column a node belongs to: longest path from the callers, after the edges that close a
 * cycle were set aside. Indices instead of names: `out[i]` holds the nodes that node `i` calls.
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
  const out = sorted.map(() => new Set<number>())
  const into = sorted.map(() => new Set<number>())
  for (const { source, destination } of edges) {
    const [from, to] = [index.get(source), index.get(destination)]
    if (from === undefined || to === undefined || from === to) continue
    out[from]!.add(to)
    into[to]!.add(from)
  }
  const lists = (sets: Set<number>[]) => sets.map((set) => [...set].sort((a, b) => a - b))
  return { ids: sorted, out: lists(out), into: lists(into) }
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

/** Column of each node from 0. Callers stand one column before the first service they call. */
export function ranksOf(graph: Adjacency): Int32Array {
  const { ids, out, into } = graph
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
  for (const node of order.toReversed()) {
    if (into[node]!.length > 0 || out[node]!.length === 0) continue
    const first = Math.min(...out[node]!.map((child) => ranks[child]!))
    ranks[node] = Math.max(0, first - 1)
  }
  spreadLoners(graph, ranks)
  return ranks
}

/** Nodes without any edge share the columns evenly instead of piling up in the first one. */
function spreadLoners({ ids, out, into }: Adjacency, ranks: Int32Array): void {
  const loners = ids.map((_, node) => node).filter((node) => out[node]!.length + into[node]!.length === 0)
  const columns = Math.max(ranks.reduce((most, rank) => Math.max(most, rank), 0) + 1, 4)
  loners.forEach((node, at) => {
    ranks[node] = at % columns
  })
}
