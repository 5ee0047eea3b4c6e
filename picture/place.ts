import type { Adjacency } from './ranks.ts'

/**
 * Heights of the nodes of each column: as near as possible to the mean of their neighbours, in the
 * given order and never closer than one row. Per column that is an isotonic regression, solved
 * exactly by pooling adjacent violators in linear time.
 */
const PASSES = 4

/**
 * Least-squares values that are at least `step` apart and in order.
 * @param wishes one wish per node, from top to bottom
 */
export function isotonic(wishes: readonly number[], step: number): number[] {
  const pools: { sum: number; count: number }[] = []
  wishes.forEach((wish, at) => {
    pools.push({ sum: wish - at * step, count: 1 })
    while (pools.length > 1) {
      const last = pools[pools.length - 1]!
      const before = pools[pools.length - 2]!
      if (before.sum / before.count <= last.sum / last.count) break
      before.sum += last.sum
      before.count += last.count
      pools.pop()
    }
  })
  return pools
    .flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count))
    .map((value, at) => value + at * step)
}

/** Height of each node, in the units of `step`, around zero. */
export function heightsOf(
  graph: Adjacency,
  ranks: Int32Array,
  columns: readonly number[][],
  step: number,
): Float64Array {
  const heights = new Float64Array(ranks.length)
  for (const column of columns) {
    column.forEach((node, at) => {
      heights[node] = (at - (column.length - 1) / 2) * step
    })
  }
  for (let pass = 0; pass < PASSES; pass++) {
    const forward = pass % 2 === 0
    for (const column of forward ? columns : columns.toReversed()) {
      const wishes = column.map((node) => wishOf(node, graph, ranks, heights))
      isotonic(wishes, step).forEach((height, at) => {
        heights[column[at]!] = height
      })
    }
  }
  return heights
}

function wishOf(node: number, { into, out }: Adjacency, ranks: Int32Array, heights: Float64Array): number {
  let sum = 0
  let weight = 0
  for (let turn = 0; turn < 2; turn++) {
    const side = turn === 0 ? into[node]! : out[node]!
    for (let at = 0; at < side.length; at++) {
      const other = side[at]!
      const distance = Math.abs(ranks[other]! - ranks[node]!)
      if (distance === 0) continue
      sum += heights[other]! / distance
      weight += 1 / distance
    }
  }
  // A little pull to the middle keeps a column without neighbours from drifting away.
  return weight > 0 ? sum / (weight + 0.05) : heights[node]! * 0.9
}
