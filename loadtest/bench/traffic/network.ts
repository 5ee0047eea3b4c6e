import { seeded } from './random.ts'

/** Services and who calls whom, made from a seed. */
export interface Network {
  nodes: { id: string }[]
  edges: { source: string; destination: string }[]
}

/**
 * A network in the shape real ones have: layers from the edge to the stores, every service called by
 * somebody, a few services called by many. No edge stands twice.
 */
export function networkOf(plan: { seed: number; services: number; edges: number }): Network {
  const random = seeded(plan.seed)
  const digits = String(plan.services - 1).length
  const nodes = Array.from({ length: plan.services }, (_, index) => ({
    id: `service-${String(index).padStart(digits, '0')}`,
  }))
  const edges = new Map<string, { source: string; destination: string }>()
  const join = (from: number, to: number) => {
    const edge = { source: nodes[from]!.id, destination: nodes[to]!.id }
    edges.set(`${edge.source} ${edge.destination}`, edge)
  }
  // A caller stands before the service it calls, so the network has layers and no cycles.
  for (let to = 1; to < plan.services; to++) join(Math.floor(random() * Math.min(to, 1 + to / 3)), to)
  while (edges.size < plan.edges) {
    // The square prefers services near the end: the shared stores that many call.
    const to = plan.services - 1 - Math.floor(random() ** 2 * (plan.services - 1))
    join(Math.floor(random() * to), to)
  }
  return { nodes, edges: [...edges.values()] }
}

type Places = Readonly<Record<string, { x: number; y: number }>>

/** Farthest that any node moved between two layouts, px; a node that is gone has not moved. */
export function movementOf(before: Places, after: Places): number {
  let farthest = 0
  for (const [id, from] of Object.entries(before)) {
    const to = after[id]
    if (to) farthest = Math.max(farthest, Math.hypot(to.x - from.x, to.y - from.y))
  }
  return farthest
}
