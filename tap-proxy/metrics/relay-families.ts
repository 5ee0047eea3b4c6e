import { type MetricFamily, single } from '../../model/metric.ts'
import { FAULTS } from '../../wire/http1/fault.ts'
import type { RelayCounters } from '../relay/counters.ts'

/**
 * What /metrics says about connections and about messages that were refused.
 * @param failures connections that could not be taken, by code
 */
export function relayFamilies(
  relay: RelayCounters,
  failures: ReadonlyMap<string, number> = new Map(),
): MetricFamily[] {
  return [
    {
      name: 'tapmesh_accept_failures_total',
      type: 'counter',
      help: "Connections that could not be taken, by the system's code or the limit.",
      samples: () => [...failures].map(([reason, value]) => ({ labels: { reason }, value })),
    },
    single(
      'tapmesh_requests_in_flight',
      'gauge',
      'Calls that have begun and not ended.',
      () => relay.callsInFlight,
    ),
    single('tapmesh_connections_open', 'gauge', 'Connections of callers.', () => relay.connectionsOpen),
    single(
      'tapmesh_connections_accepted_total',
      'counter',
      'Connections taken from callers.',
      () => relay.connectionsAccepted,
    ),
    single(
      'tapmesh_connections_refused_total',
      'counter',
      'Connections refused because the limit was reached.',
      () => relay.connectionsRefused,
    ),
    ...upstreamFamilies(relay),
    single(
      'tapmesh_deadlines_total',
      'counter',
      'Connections cut because a deadline passed.',
      () => relay.deadlines,
    ),
    single(
      'tapmesh_faults_total',
      'counter',
      'Errors of the tap itself that cost one connection.',
      () => relay.faults,
    ),
    faultFamily(
      'tapmesh_rejected_heads_total',
      'Requests that the strict parser refused.',
      relay.requestFaults,
    ),
    faultFamily(
      'tapmesh_rejected_answers_total',
      'Answers that the strict parser refused.',
      relay.answerFaults,
    ),
  ]
}

function upstreamFamilies(relay: RelayCounters): MetricFamily[] {
  return [
    single(
      'tapmesh_upstream_connections',
      'gauge',
      'Connections to services.',
      () => relay.upstreamConnections,
    ),
    single(
      'tapmesh_upstream_connects_total',
      'counter',
      'Connections opened to services.',
      () => relay.upstreamConnects,
    ),
    single(
      'tapmesh_upstream_connect_failures_total',
      'counter',
      'Connections to services that failed.',
      () => relay.upstreamConnectFailures,
    ),
    single(
      'tapmesh_connection_loops_total',
      'counter',
      'Connections that led back to the listener they came from, and were reset.',
      () => relay.loops,
    ),
    {
      name: 'tapmesh_opaque_total',
      type: 'counter',
      help: 'Connections relayed without decoding from some point on, by what could not be decoded.',
      samples: () => [...relay.opaqueReasons].map(([reason, value]) => ({ labels: { reason }, value })),
    },
  ]
}

function faultFamily(name: string, help: string, counts: Uint32Array): MetricFamily {
  const samples = () =>
    FAULTS.flatMap((fault, index) =>
      counts[index]! > 0 ? [{ labels: { rule: fault.rule, reason: fault.name }, value: counts[index]! }] : [],
    )
  return { name, help, type: 'counter', samples }
}
