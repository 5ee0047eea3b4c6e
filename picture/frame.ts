import {
  type CallSignals,
  type Graph,
  type GraphEdge,
  type GraphNode,
  type GraphWindow,
  SILENT,
} from '../model/graph.ts'
import type { GraphSeriesAnswer } from '../model/graph-over-time.ts'
import { healthOf } from '../model/health.ts'

/** One picture of a replay: the graph of one step, made from the columns of the whole window. */

/** What a picture is made of. */
export type SeriesColumns = Pick<GraphSeriesAnswer, 'step_s' | 'steps' | 'edges'>

/** Only the p95 is known of a step. */
function signals(calls: number, errors: number, p95_us: number, seconds: number): CallSignals {
  const error_rate = calls > 0 ? errors / calls : 0
  return { calls, errors, rate: calls / seconds, error_rate, p50_us: 0, p95_us, p99_us: 0 }
}

/**
 * @param at index of the step @param base the graph of the whole window, for what the columns do not
 * say: kinds, zones, who has a tap. A service that it does not know counts as one with a tap.
 */
export function frameOf(series: SeriesColumns, at: number, base: Graph | undefined): Graph {
  const { step_s } = series
  const known = new Map(base?.nodes.map((node) => [node.id, node]))
  const knownEdges = new Map(
    base?.edges.map((edge) => [`${edge.source}\x1f${edge.destination}\x1f${edge.protocol}`, edge]),
  )
  const inbound = new Map<string, { calls: number; errors: number; p95_us: number }>()
  const names = new Set<string>()
  const edges = series.edges.map((column): GraphEdge => {
    const { source, destination, protocol } = column
    const [calls, errors, p95_us] = [column.calls[at] ?? 0, column.errors[at] ?? 0, column.p95_us[at] ?? 0]
    const sums = inbound.get(destination) ?? { calls: 0, errors: 0, p95_us: 0 }
    sums.calls += calls
    sums.errors += errors
    sums.p95_us = Math.max(sums.p95_us, p95_us)
    inbound.set(destination, sums)
    names.add(source).add(destination)
    const whole = knownEdges.get(`${source}\x1f${destination}\x1f${protocol}`)
    return {
      ...UNKNOWN_EDGE,
      ...whole,
      ...SILENT,
      source,
      destination,
      protocol,
      ...signals(calls, errors, p95_us, step_s),
      health: healthOf({ calls, errors }),
    }
  })
  for (const id of known.keys()) names.add(id)
  const nodes = [...names].sort().map((id): GraphNode => {
    const sums = inbound.get(id)
    const whole = known.get(id) ?? { ...UNKNOWN_NODE, id }
    const own = sums ? signals(sums.calls, sums.errors, sums.p95_us, step_s) : {}
    return { ...whole, ...SILENT, ...own, health: sums ? healthOf(sums) : 'unknown' }
  })
  return { window: windowOf(series, at), nodes, edges, coverage: base?.coverage ?? NO_COVERAGE }
}

const UNKNOWN_NODE: Omit<GraphNode, 'id'> = {
  kind: 'service',
  zones: [],
  versions: [],
  tapped: true,
  ...SILENT,
  health: 'unknown',
}

const UNKNOWN_EDGE: Pick<
  GraphEdge,
  | 'reporter'
  | 'source_evidence'
  | 'request_bytes'
  | 'response_bytes'
  | 'ttfb_p50_us'
  | 'other_side_calls'
  | 'traced'
> = {
  reporter: 'server',
  source_evidence: 'none',
  request_bytes: 0,
  response_bytes: 0,
  ttfb_p50_us: 0,
  other_side_calls: 0,
  traced: 0,
}

const NO_COVERAGE: Graph['coverage'] = {
  calls: 0,
  taps: 0,
  lost: 0,
  quarantined: 0,
  named_callers: 0,
  both_sides: 0,
  freshness_s: -1,
}

function windowOf({ steps, step_s }: SeriesColumns, at: number): GraphWindow {
  const from = steps[at] ?? steps[0] ?? new Date(0).toISOString()
  const to = new Date(Date.parse(from) + step_s * 1000).toISOString()
  return { from, to, seconds: step_s, covered_seconds: step_s }
}
