import type { ForwardCounts } from '../export/otlp/forwarder.ts'
import {
  histogramSamples,
  type Labels,
  type MetricFamily,
  registerFamily,
  type Sample,
} from '../model/metric.ts'
import { FAULTS } from '../wire/http1/fault.ts'
import { type ControlSources, controlFamilies } from './control/control-families.ts'
import { type IdentitySources, identityFamilies } from './identity/identity-families.ts'
import type { RelayCounters } from './relay/counters.ts'
import type { Losses } from './ship/losses.ts'
import { LOSS_REASONS } from './ship/losses.ts'
import type { CallCounters, CallSeries } from './sink/call-counters.ts'
import { DURATION_BOUNDS_US, METHODS, STATUS_CLASSES, TAP_BOUNDS_US } from './sink/call-counters.ts'

/** What /metrics reads when it is scraped; nothing here is touched by a call. */
export interface MetricSources extends ControlSources, IdentitySources {
  calls: CallCounters
  relay: RelayCounters
  losses: Losses
  routes: () => number
  ship: () =>
    | {
        queueBytes: number
        connected: boolean
        stats: { batches: number; rows: number; failures: number; quarantined: number }
      }
    | undefined
  /** What became of forwarded spans; undefined where none are. */
  forward: () => ForwardCounts | undefined
  /** The tap's name, service, zone and version. */
  info: () => Record<string, string>
}

/**
 * The text of /metrics. prom-client is loaded at the first scrape and only writes the format: the
 * numbers stay where the calls put them.
 * @returns a function that gives the content type and the text
 */
export async function createExposition(
  sources: MetricSources,
): Promise<() => Promise<{ type: string; text: string }>> {
  const { Registry } = await import('prom-client')
  const registry = new Registry()
  for (const family of familiesOf(sources)) registerFamily(registry, family)
  return async () => ({ type: registry.contentType, text: await registry.metrics() })
}

function familiesOf(sources: MetricSources): MetricFamily[] {
  const one = (name: string, type: 'counter' | 'gauge', help: string, value: () => number): MetricFamily => ({
    name,
    help,
    type,
    samples: () => [{ labels: {}, value: value() }],
  })
  return [
    ...callFamilies(sources),
    ...relayFamilies(sources, one),
    ...shipFamilies(sources, one),
    ...forwardFamilies(sources),
    ...controlFamilies(sources),
    ...identityFamilies(sources),
  ]
}

function callFamilies({ calls, info, routes }: MetricSources): MetricFamily[] {
  const each = (samples: (series: CallSeries, labels: Labels) => Sample[]) => () =>
    [...calls.all()].flatMap((series) => {
      const { reporter, source, destination, protocol } = series
      return samples(series, { reporter, source, destination, protocol })
    })
  return [
    {
      name: 'tapmesh_info',
      type: 'gauge',
      help: 'Always 1; the labels say whose tap this is.',
      samples: () => [{ labels: info(), value: 1 }],
    },
    {
      name: 'tapmesh_requests_total',
      type: 'counter',
      help: 'Calls that ended.',
      samples: each(requestSamples),
    },
    {
      name: 'tapmesh_requests_failed_total',
      type: 'counter',
      help: 'Calls that count as failures of the called service.',
      samples: each((series, labels) => [{ labels, value: series.failed }]),
    },
    {
      name: 'tapmesh_request_duration_seconds',
      type: 'histogram',
      help: 'From the first byte of the request to the last byte of the answer.',
      samples: each((series, labels) =>
        histogramSamples(
          'tapmesh_request_duration_seconds',
          DURATION_BOUNDS_US,
          series.durations,
          series.duration_us,
          labels,
        ),
      ),
    },
    {
      name: 'tapmesh_tap_seconds',
      type: 'histogram',
      help: 'Time a call spent inside the tap.',
      samples: () => histogramSamples('tapmesh_tap_seconds', TAP_BOUNDS_US, calls.tap, calls.tap_us, {}),
    },
    {
      name: 'tapmesh_routes',
      type: 'gauge',
      help: 'Route templates in use.',
      samples: () => [{ labels: {}, value: routes() }],
    },
    {
      name: 'tapmesh_label_overflow_total',
      type: 'counter',
      help: 'Calls counted under __other__ because the cap on label sets was reached.',
      samples: () => [{ labels: {}, value: calls.overflowed }],
    },
  ]
}

function requestSamples(series: CallSeries, labels: Labels): Sample[] {
  return METHODS.flatMap((method, row) =>
    STATUS_CLASSES.flatMap((status_class, column) => {
      const value = series.calls[row * STATUS_CLASSES.length + column]!
      return value > 0 ? [{ labels: { ...labels, method, status_class }, value }] : []
    }),
  )
}

function forwardFamilies({ forward }: MetricSources): MetricFamily[] {
  return [
    {
      name: 'tapmesh_forwarded_spans_total',
      type: 'counter',
      help: 'Calls that the OTLP endpoint took as spans.',
      samples: () => [{ labels: {}, value: forward()?.sent ?? 0 }],
    },
    {
      name: 'tapmesh_forward_dropped_spans_total',
      type: 'counter',
      help: 'Calls that were to be forwarded as spans and were lost, by reason.',
      samples: () =>
        (['overflow', 'failed'] as const).map((reason) => ({
          labels: { reason },
          value: forward()?.[reason] ?? 0,
        })),
    },
  ]
}

type One = (name: string, type: 'counter' | 'gauge', help: string, value: () => number) => MetricFamily

function relayFamilies({ relay }: MetricSources, one: One): MetricFamily[] {
  return [
    one(
      'tapmesh_requests_in_flight',
      'gauge',
      'Calls that have begun and not ended.',
      () => relay.callsInFlight,
    ),
    one('tapmesh_connections_open', 'gauge', 'Connections of callers.', () => relay.connectionsOpen),
    one(
      'tapmesh_connections_accepted_total',
      'counter',
      'Connections taken from callers.',
      () => relay.connectionsAccepted,
    ),
    one(
      'tapmesh_connections_refused_total',
      'counter',
      'Connections refused because the limit was reached.',
      () => relay.connectionsRefused,
    ),
    one('tapmesh_upstream_connections', 'gauge', 'Connections to services.', () => relay.upstreamConnections),
    one(
      'tapmesh_upstream_connects_total',
      'counter',
      'Connections opened to services.',
      () => relay.upstreamConnects,
    ),
    one(
      'tapmesh_upstream_connect_failures_total',
      'counter',
      'Connections to services that failed.',
      () => relay.upstreamConnectFailures,
    ),
    one(
      'tapmesh_connection_loops_total',
      'counter',
      'Connections that led back to the listener they came from, and were reset.',
      () => relay.loops,
    ),
    one(
      'tapmesh_deadlines_total',
      'counter',
      'Connections cut because a deadline passed.',
      () => relay.deadlines,
    ),
    one(
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

function faultFamily(name: string, help: string, counts: Uint32Array): MetricFamily {
  const samples = () =>
    FAULTS.flatMap((fault, index) =>
      counts[index]! > 0 ? [{ labels: { rule: fault.rule, reason: fault.name }, value: counts[index]! }] : [],
    )
  return { name, help, type: 'counter', samples }
}

function shipFamilies({ losses, ship }: MetricSources, one: One): MetricFamily[] {
  const stat = (name: 'batches' | 'rows' | 'failures' | 'quarantined') => () => ship()?.stats[name] ?? 0
  return [
    {
      name: 'tapmesh_records_dropped_total',
      type: 'counter',
      help: 'Call records and access log lines that were lost, by reason.',
      samples: () => LOSS_REASONS.map((reason) => ({ labels: { reason }, value: losses.counts[reason] })),
    },
    one(
      'tapmesh_ship_queue_bytes',
      'gauge',
      'Bytes of batches that wait for the collector.',
      () => ship()?.queueBytes ?? 0,
    ),
    one('tapmesh_ship_connected', 'gauge', '1 while the collector takes batches.', () =>
      ship()?.connected ? 1 : 0,
    ),
    one('tapmesh_ship_batches_total', 'counter', 'Batches the collector took.', stat('batches')),
    one('tapmesh_ship_rows_total', 'counter', 'Rows the collector took.', stat('rows')),
    one('tapmesh_ship_failures_total', 'counter', 'Tries to send a batch that failed.', stat('failures')),
    one(
      'tapmesh_ship_quarantined_total',
      'counter',
      'Rows the collector put aside as unreadable.',
      stat('quarantined'),
    ),
    one('process_resident_memory_bytes', 'gauge', 'Resident memory of this process.', () =>
      process.memoryUsage.rss(),
    ),
    one('process_cpu_seconds_total', 'counter', 'CPU time of this process.', () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    }),
  ]
}
