import type { CallRecord } from '../../model/call.ts'
import { bothSides, NOW, SECOND, spanId, traceId } from './mesh.ts'

/** A small seeded shop: the same calls at every run, all inside the 15 minutes before NOW. */

function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const MINUTES = 14

/** Edges: who calls whom, how often, how slow, how often failing, and who reports it. */
const EDGES = [
  { source: 'browser', destination: 'web-api', calls: 280, ms: 40, fails: 0, sides: 'server' },
  { source: 'web-api', destination: 'recommendation', calls: 280, ms: 12, fails: 0, sides: 'both' },
  { source: 'recommendation', destination: 'purchase-history', calls: 140, ms: 6, fails: 0.2, sides: 'both' },
  { source: 'web-api', destination: 'cart', calls: 100, ms: 4, fails: 0.05, sides: 'both' },
  { source: 'cart', destination: 'api.shipping.example', calls: 40, ms: 90, fails: 0, sides: 'client' },
  { source: '10.0.0.99', destination: 'cart', calls: 5, ms: 4, fails: 0, sides: 'server' },
] as const

export function shopCalls(): Partial<CallRecord>[] {
  const next = random(7)
  let spans = 1
  return EDGES.flatMap((edge) =>
    Array.from({ length: edge.calls }, () => {
      const failed = next() < edge.fails
      const duration_us = Math.round(edge.ms * 1000 * (0.5 + next() + (next() < 0.02 ? 10 : 0)))
      const span = spans++
      const call: Partial<CallRecord> = {
        ts: NOW - Math.floor(next() * MINUTES * 60 * SECOND) - SECOND,
        duration_us,
        ttfb_us: Math.round(duration_us * 0.8),
        trace_id: traceId(span),
        span_id: spanId(span),
        parent_span_id: edge.source === 'browser' ? '' : spanId(span + 100_000),
        source: edge.source,
        source_evidence: edge.source.startsWith('10.') ? 'address' : 'trace',
        source_zone: 'eu-1',
        destination: edge.destination,
        destination_zone: edge.sides === 'client' ? '' : span % 2 ? 'eu-1' : 'us-1',
        destination_instance: `10.0.0.${1 + (span % 2)}:80`,
        status: failed ? '500' : '200',
        outcome: failed ? 'server_error' : 'ok',
        route: `/${edge.destination}/{id}`,
        path: `/${edge.destination}/${span}`,
      }
      const both = bothSides(call, 400)
      return edge.sides === 'both' ? both : both.filter((side) => side.reporter === edge.sides)
    }).flat(),
  )
}
