import type { Registry } from 'prom-client'
import { histogramSamples, registerFamily, type Sample } from '../../model/metric.ts'
import type { GraphSeries, ServiceGraph } from './service-graph.ts'
import { GRAPH_BOUNDS_US, type Tally } from './tally.ts'

function histogram(name: string, { labels }: GraphSeries, { calls, buckets, sum_us }: Tally): Sample[] {
  return calls === 0 ? [] : histogramSamples(name, GRAPH_BOUNDS_US, buckets, sum_us, { ...labels })
}

/**
 * Registers the service graph under the names of the OpenTelemetry service graph connector and Grafana
 * Tempo, so that what reads theirs reads these
 * (https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/connector/servicegraphconnector).
 */
export function registerServiceGraph(registry: Registry, graph: ServiceGraph): void {
  const register = (
    name: string,
    type: 'counter' | 'histogram',
    help: string,
    samples: () => Sample[],
  ): void => registerFamily(registry, { name, type, help, samples })
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
