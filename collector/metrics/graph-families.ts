import type { Registry } from 'prom-client'
import type { GraphSeries, ServiceGraph } from './service-graph.ts'
import { GRAPH_BOUNDS_S, type Tally } from './tally.ts'

/**
 * The service graph under the names of the OpenTelemetry service graph connector and Grafana Tempo,
 * so that what reads theirs reads these
 * (https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/connector/servicegraphconnector).
 */
interface Sample {
  labels: Record<string, string | number>
  value: number
  metricName?: string
}

function histogram(name: string, series: GraphSeries, tally: Tally): Sample[] {
  if (tally.calls === 0) return []
  const labels = { ...series.labels }
  let below = 0
  const samples: Sample[] = GRAPH_BOUNDS_S.map((bound, bucket) => {
    below += tally.buckets[bucket]!
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bound }, value: below }
  })
  samples.push({ metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: tally.calls })
  samples.push({ metricName: `${name}_sum`, labels, value: tally.sum_us / 1e6 })
  samples.push({ metricName: `${name}_count`, labels, value: tally.calls })
  return samples
}

/** Registers the metrics; they are made of the counts when they are asked for. */
export function registerServiceGraph(registry: Registry, graph: ServiceGraph): void {
  const register = (
    name: string,
    type: 'counter' | 'histogram',
    help: string,
    samples: () => Sample[],
  ): void => {
    const metric = {
      name,
      help,
      type,
      aggregator: 'sum',
      get: async () => ({ name, help, type, aggregator: 'sum', values: samples() }),
    }
    // The registry asks a metric for nothing but its name and get(); its type names the whole class.
    registry.registerMetric(metric as unknown as Parameters<typeof registry.registerMetric>[0])
  }
  const counter = (name: string, help: string, value: (series: GraphSeries) => number): void =>
    register(name, 'counter', help, () =>
      graph.series().map((series) => ({ labels: { ...series.labels }, value: value(series) })),
    )
  counter(
    'traces_service_graph_request_total',
    'Calls between two services, by one reporter an edge.',
    ({ requests }) => requests.calls,
  )
  counter(
    'traces_service_graph_request_failed_total',
    'Calls between two services that failed.',
    ({ requests }) => requests.failed,
  )
  for (const side of ['server', 'client'] as const) {
    const name = `traces_service_graph_request_${side}_seconds`
    register(name, 'histogram', `Duration of calls as the ${side} side saw it.`, () =>
      graph.series().flatMap((series) => histogram(name, series, series[side])),
    )
  }
  register(
    'traces_service_graph_unpaired_spans_total',
    'counter',
    "Callers' spans whose callee neither a span nor a tap reported in time.",
    () => [...graph.unpairedCalls].map(({ labels, calls }) => ({ labels: { ...labels }, value: calls })),
  )
}
