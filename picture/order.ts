import type { Adjacency } from './ranks.ts'

/**
 * Order of the nodes inside each column: barycentre sweeps to and fro. Long edges pull directly,
 * without dummy nodes in the columns they cross, which keeps the cost near the number of edges.
 */
const SWEEPS = 6

/** Edges up to which every sweep is judged by its crossings and the best order is kept. */
const JUDGED_EDGES_MAX = 120

/** Groups nodes by column, each column in the order of ids. */
export function columnsOf(ranks: Int32Array): number[][] {
  const columns: number[][] = []
  ranks.forEach((rank, node) => {
    while (columns.length <= rank) columns.push([])
    columns[rank]!.push(node)
  })
  return columns
}

/** Height of each node in rows, its column being centred on zero. */
function heightsOf(columns: readonly number[][], nodes: number): Float64Array {
  const heights = new Float64Array(nodes)
  for (const column of columns) {
    column.forEach((node, at) => {
      heights[node] = at - (column.length - 1) / 2
    })
  }
  return heights
}

/** Where a node wishes to stand: the side that the sweep comes from decides, the other breaks ties. */
function wishOf(
  node: number,
  graph: Adjacency,
  ranks: Int32Array,
  heights: Float64Array,
  forward: boolean,
): number {
  let sum = 0
  let weight = 0
  for (let turn = 0; turn < 2; turn++) {
    const side = turn === 0 ? graph.into[node]! : graph.out[node]!
    for (let at = 0; at < side.length; at++) {
      const other = side[at]!
      const distance = ranks[other]! - ranks[node]!
      if (distance === 0) continue
      const share = (distance < 0 === forward ? 1 : 0.2) / Math.abs(distance)
      sum += heights[other]! * share
      weight += share
    }
  }
  return weight > 0 ? sum / weight : heights[node]!
}

function sweep(columns: number[][], graph: Adjacency, ranks: Int32Array, forward: boolean): void {
  const heights = heightsOf(columns, ranks.length)
  const wishes = new Float64Array(ranks.length)
  const indices = columns.map((_, at) => at)
  for (const at of forward ? indices : indices.reverse()) {
    const column = columns[at]!
    for (const node of column) wishes[node] = wishOf(node, graph, ranks, heights, forward)
    column.sort((a, b) => wishes[a]! - wishes[b]! || heights[a]! - heights[b]! || a - b)
    column.forEach((node, row) => {
      heights[node] = row - (column.length - 1) / 2
    })
  }
}

/** Pairs of edges whose straight lines cross, plus a small cost for length; less is better. */
function cost(columns: readonly number[][], { out }: Adjacency, ranks: Int32Array): number {
  const heights = heightsOf(columns, ranks.length)
  const lines: [x0: number, y0: number, x1: number, y1: number][] = []
  let length = 0
  out.forEach((children, node) => {
    for (const child of children) {
      const [left, right] = ranks[node]! <= ranks[child]! ? [node, child] : [child, node]
      lines.push([ranks[left]!, heights[left]!, ranks[right]!, heights[right]!])
      length += Math.abs(heights[left]! - heights[right]!)
    }
  })
  let crossings = 0
  for (let i = 0; i < lines.length; i++) {
    for (let j = i + 1; j < lines.length; j++) if (cross(lines[i]!, lines[j]!)) crossings++
  }
  return crossings + length / 100
}

function cross(one: readonly number[], other: readonly number[]): boolean {
  const from = Math.max(one[0]!, other[0]!)
  const to = Math.min(one[2]!, other[2]!)
  if (from >= to) return false
  const at = ([x0, y0, x1, y1]: readonly number[], x: number) =>
    y0! + ((y1! - y0!) * (x - x0!)) / (x1! - x0! || 1)
  return (at(one, from) - at(other, from)) * (at(one, to) - at(other, to)) < 0
}

/** Columns with their nodes from top to bottom. */
export function orderOf(graph: Adjacency, ranks: Int32Array): number[][] {
  const columns = columnsOf(ranks)
  const judged = graph.out.reduce((sum, children) => sum + children.length, 0) <= JUDGED_EDGES_MAX
  let best = columns.map((column) => [...column])
  let best_cost = judged ? cost(best, graph, ranks) : 0
  for (let turn = 0; turn < SWEEPS; turn++) {
    sweep(columns, graph, ranks, turn % 2 === 0)
    if (!judged) continue
    const now = cost(columns, graph, ranks)
    if (now >= best_cost) continue
    best = columns.map((column) => [...column])
    best_cost = now
  }
  if (!judged) return columns
  swapNeighbours(best, graph, ranks, best_cost)
  return best
}

/** Swaps two neighbours of a column wherever that lowers the cost, until a round changes nothing. */
function swapNeighbours(columns: number[][], graph: Adjacency, ranks: Int32Array, start: number): void {
  const rounds = ranks.length <= 40 ? 4 : 0
  let lowest = start
  for (let round = 0; round < rounds; round++) {
    const before = lowest
    for (const column of columns) {
      for (let row = 0; row + 1 < column.length; row++) {
        const [upper, lower] = [column[row]!, column[row + 1]!]
        column[row] = lower
        column[row + 1] = upper
        const now = cost(columns, graph, ranks)
        if (now < lowest - 1e-9) lowest = now
        else {
          column[row] = upper
          column[row + 1] = lower
        }
      }
    }
    if (lowest === before) return
  }
}
