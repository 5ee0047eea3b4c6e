import type { TraceAnswer } from '../../graph-api/contract.ts'
import { addressOf } from '../state/location.ts'

/** The edges that a trace went over, as a find text of the map, in the minutes around it. */

/** Edges that still fit an address; a trace has rarely more. */
const EDGES_MAX = 30
const BEFORE_MS = 120_000
const AFTER_MS = 60_000

/** Exact pairs; a name with a quote in it cannot be written and is left out. */
export function findTextOf(spans: TraceAnswer['spans']): string {
  const pairs = new Set<string>()
  for (const { source, destination, protocol } of spans) {
    if (protocol === 'internal' || source.includes('"') || destination.includes('"')) continue
    pairs.add(`source = "${source}" and destination = "${destination}"`)
  }
  return [...pairs]
    .slice(0, EDGES_MAX)
    .map((pair) => `(${pair})`)
    .join(' or ')
}

export function traceOnMap(trace: TraceAnswer): string {
  const begin = Date.parse(trace.start)
  return addressOf('/map', {
    range: undefined,
    from: new Date(begin - BEFORE_MS).toISOString(),
    to: new Date(begin + trace.duration_us / 1000 + AFTER_MS).toISOString(),
    find: findTextOf(trace.spans),
  })
}
