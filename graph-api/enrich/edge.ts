import { SOURCE_EVIDENCE } from '../../model/call.ts'
import type { GraphEdge } from '../../model/graph.ts'
import { healthOf } from '../../model/health.ts'
import { quantile, TTFB_BUCKETS_PER_OCTAVE } from '../../model/histogram.ts'
import type { Reported } from '../query/reporter.ts'
import { goldenSignals, share } from '../query/signals.ts'

/** Reporters that stand at the two ends of a call. */
const OTHER_SIDE: Readonly<Record<string, string>> = { server: 'client', client: 'server' }

/** An edge of the graph from what its reporters counted. @param seconds length of the window */
export function edgeOf({ chosen, others }: Reported, seconds: number): GraphEdge {
  const signals = goldenSignals(chosen, seconds)
  return {
    source: chosen.source,
    destination: chosen.destination,
    protocol: chosen.protocol,
    reporter: chosen.reporter,
    source_evidence: SOURCE_EVIDENCE[chosen.evidence - 1] ?? 'none',
    ...signals,
    request_bytes: chosen.request_bytes,
    response_bytes: chosen.response_bytes,
    ttfb_p50_us: Math.round(quantile(chosen.ttfb, 0.5, TTFB_BUCKETS_PER_OCTAVE)),
    other_side_calls: others.find((row) => row.reporter === OTHER_SIDE[chosen.reporter])?.calls ?? 0,
    traced: share(chosen.traced, chosen.calls),
    health: healthOf(signals),
  }
}
