import { edgeKey } from './edge-key.ts'
import type { Layout } from './spacing.ts'

/** Where on a box's side each line leaves and enters, so that lines fan out instead of piling up. */

interface Pair {
  source: string
  destination: string
}

/** Distance between two lines on one side, at most. */
const STEP = 11

function offsets(count: number, room: number): number[] {
  const step = Math.min(STEP, room / Math.max(count - 1, 1))
  return Array.from({ length: count }, (_, at) => (at - (count - 1) / 2) * step)
}

/** Offsets from the middle of the caller's and the callee's side, by edge key. */
export function portsOf(
  edges: readonly Pair[],
  layout: Pick<Layout, 'positions' | 'spacing'>,
): Map<string, { out: number; into: number }> {
  const ports = new Map(edges.map((edge) => [edgeKey(edge), { out: 0, into: 0 }]))
  const room = layout.spacing.node_height * 0.6
  for (const [own, other, end] of [
    ['source', 'destination', 'out'],
    ['destination', 'source', 'into'],
  ] as const) {
    const sides = new Map<string, Pair[]>()
    for (const edge of edges) {
      const forward = layout.positions[edge.source]!.x < layout.positions[edge.destination]!.x
      if (!forward) continue
      const side = sides.get(edge[own])
      if (side) side.push(edge)
      else sides.set(edge[own], [edge])
    }
    for (const side of sides.values()) {
      const at = (edge: Pair) => layout.positions[edge[other]]!
      side.sort((a, b) => at(a).y - at(b).y || at(a).x - at(b).x || (a[other] < b[other] ? -1 : 1))
      offsets(side.length, room).forEach((offset, index) => {
        ports.get(edgeKey(side[index]!))![end] = offset
      })
    }
  }
  return ports
}
