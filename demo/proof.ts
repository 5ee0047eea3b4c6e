import { setTimeout as delay } from 'node:timers/promises'
import type { Api } from '../cli/client/api.ts'
import type { GraphAnswer } from '../graph-api/contract.ts'
import type { Counts, Difference } from './ledger.ts'
import { differences, edgeName } from './ledger.ts'

/** Holds what the callers counted against what the map counts. */

export interface Proof {
  made: Counts
  recorded: Counts
  /** The same from the other side's rows, for edges that have taps on both. */
  otherSide: Counts
  differences: Difference[]
}

const POLL_MS = 250

/** Calls by edge as the API counts them, all protocols together. */
export function recordedCounts(graph: GraphAnswer): { recorded: Counts; otherSide: Counts } {
  const recorded: Counts = {}
  const otherSide: Counts = {}
  for (const edge of graph.edges) {
    const name = edgeName(edge.source, edge.destination)
    recorded[name] = (recorded[name] ?? 0) + edge.calls
    if (edge.other_side_calls > 0) otherSide[name] = (otherSide[name] ?? 0) + edge.other_side_calls
  }
  return { recorded, otherSide }
}

/** Asks until both agree or the time is over; rows need a few seconds from the tap into the store. */
export async function prove(api: Api, made: Counts, since: Date, patience_ms: number): Promise<Proof> {
  const end = Date.now() + patience_ms
  for (;;) {
    const graph = await api.get<GraphAnswer>('/api/v1/graph', { from: since.toISOString(), to: 'now' })
    const { recorded, otherSide } = recordedCounts(graph)
    const both = Object.fromEntries(Object.keys(otherSide).map((edge) => [edge, made[edge] ?? 0]))
    const found = [...differences(made, recorded), ...differences(both, otherSide)]
    if (found.length === 0 || Date.now() > end) return { made, recorded, otherSide, differences: found }
    await delay(POLL_MS)
  }
}
