import type { Call, GraphEdge, GraphNode, TraceSpan } from '../../graph-api/contract.ts'

/** The API's rows without what an assistant does not need to answer; names and units stay the API's own. */

const three = (value: number): number => Number(value.toPrecision(3))

export function edgeFacts(edge: GraphEdge) {
  const { source, destination, protocol, health, calls, errors, p50_us, p95_us, p99_us } = edge
  return {
    source,
    destination,
    protocol,
    health,
    calls,
    errors,
    rate: three(edge.rate),
    error_rate: three(edge.error_rate),
    p50_us,
    p95_us,
    p99_us,
    counted_by: edge.reporter,
    seen_from_both_sides: edge.other_side_calls > 0,
    source_evidence: edge.source_evidence,
  }
}

export function serviceFacts(node: GraphNode) {
  const { id, kind, health, tapped, zones, versions, calls, errors, p50_us, p95_us, p99_us } = node
  const signals = { calls, errors, rate: three(node.rate), error_rate: three(node.error_rate) }
  const objective = node.slo ? { slo: node.slo } : {}
  return {
    service: id,
    kind,
    health,
    tapped,
    zones,
    versions,
    ...signals,
    p50_us,
    p95_us,
    p99_us,
    ...objective,
  }
}

export function callFacts(call: Call) {
  const { ts, source, destination, reporter, method, route, path, status, outcome } = call
  const more = call.response_flags === '' ? {} : { response_flags: call.response_flags }
  const { duration_us, trace_id, span_id } = call
  return {
    ts,
    source,
    destination,
    reporter,
    method,
    route,
    path,
    status,
    outcome,
    ...more,
    duration_us,
    trace_id,
    span_id,
  }
}

export function spanFacts(span: TraceSpan) {
  const { span_id, parent_span_id, depth, source, destination, method, route, status, outcome } = span
  const { start_us, duration_us, self_us, network_us, critical } = span
  const seen_by = span.client && span.server ? 'both' : span.client ? 'caller' : 'callee'
  const names = { span_id, parent_span_id, depth, source, destination, method, route, status, outcome }
  return { ...names, start_us, duration_us, self_us, network_us, critical, seen_by }
}
