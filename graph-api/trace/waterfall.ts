import type { TraceAnswer, TraceSpan } from '../contract.ts'
import type { TraceRow } from '../query/trace.ts'
import { rfc3339 } from '../query/window.ts'
import { type Bar, barsOf } from './bar.ts'
import { markCritical, setSelfTime } from './critical.ts'
import { correctSkew } from './skew.ts'
import { depthFirst, nameCallers, treeOf } from './tree.ts'

function spanOf(bar: Bar, origin_us: number): TraceSpan {
  const { main, client, server } = bar
  const callee = server?.call ?? main.call
  return {
    span_id: bar.span_id,
    parent_span_id: bar.parent_span_id,
    depth: bar.depth,
    source: bar.source,
    destination: callee.destination,
    protocol: main.call.protocol,
    method: main.call.method,
    route: main.call.route || callee.route,
    path: main.call.path,
    status: main.call.status,
    outcome: main.call.outcome,
    response_flags: main.call.response_flags,
    start_us: bar.start_us - origin_us,
    duration_us: main.call.duration_us,
    client: client?.call ?? null,
    server: server?.call ?? null,
    told: client || server ? null : main.call,
    network_us: client && server ? client.call.duration_us - server.call.duration_us : null,
    self_us: bar.self_us,
    critical: bar.critical,
  }
}

/**
 * The waterfall of a trace: rows of both reporters become bars, bars a tree, clocks are corrected,
 * then self time and the critical path are found.
 * @param rows of one trace, oldest first, at least one
 */
export function waterfallOf(trace_id: string, rows: readonly TraceRow[]): TraceAnswer {
  const found = barsOf(rows)
  const { roots, gaps } = treeOf(found)
  const skew_us = correctSkew(roots)
  for (const bar of found.bars) bar.children.sort((left, right) => left.start_us - right.start_us)
  roots.sort((left, right) => left.start_us - right.start_us)
  setSelfTime(found.bars)
  markCritical(roots)
  const ordered = depthFirst(roots)
  nameCallers(ordered)
  const origin_us = ordered.reduce((least, bar) => Math.min(least, bar.start_us), Number.POSITIVE_INFINITY)
  const end_us = ordered.reduce((most, bar) => Math.max(most, bar.start_us + bar.main.call.duration_us), 0)
  const services = new Set<string>()
  for (const bar of ordered) {
    services.add(bar.source)
    services.add((bar.server ?? bar.main).call.destination)
  }
  return {
    trace_id,
    start: rfc3339(origin_us),
    duration_us: end_us - origin_us,
    services: [...services].sort(),
    spans: ordered.map((bar) => spanOf(bar, origin_us)),
    gaps,
    skew_us,
  }
}
