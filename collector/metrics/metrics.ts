import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { ForwardCounts } from '../../export/otlp/forwarder.ts'
import { registerServiceGraph } from './graph-families.ts'
import type { ServiceGraph } from './service-graph.ts'

/** Plain counters of the collector; `/metrics` and `status()` read them. */
export class Counts {
  batches = 0
  accepted_rows = 0
  accepted_bytes = 0
  duplicate_batches = 0
  skipped_columns = 0
  refused_requests = 0
  stored_rows = 0
  stored_segments = 0
  failed_inserts = 0
  damaged_frames = 0
  otlp_requests = 0
  otlp_spans = 0
  otlp_rejected_spans = 0
}

/** What is read at scrape time. */
export interface Gauges {
  counts: Counts
  quarantined_rows(): number
  pending_segments(): number
  pending_bytes(): number
  taps(): number
  graph: ServiceGraph
  /** What became of forwarded spans; undefined where none are. */
  forward(): ForwardCounts | undefined
  /** Names that came in by OTLP past their cap. */
  otlp_names_overflowed(): number
}

export interface Metrics {
  registry: Registry
  inserted(seconds: number): void
}

const HELP: Record<keyof Counts, string> = {
  batches: 'Batches accepted.',
  accepted_rows: 'Rows accepted and on disk.',
  accepted_bytes: 'Bytes of accepted batches after decompression.',
  duplicate_batches: 'Batches that had been taken before.',
  skipped_columns: 'Columns of batches left out because this version does not know them.',
  refused_requests: 'Requests that were refused.',
  stored_rows: 'Rows that the store has.',
  stored_segments: 'Segments that the store has.',
  failed_inserts: 'Inserts that failed and are tried again.',
  damaged_frames: 'Stretches of the write-ahead log that could not be read.',
  otlp_requests: 'Requests of OTLP that were taken.',
  otlp_spans: 'Spans that came in by OTLP and are on disk as rows.',
  otlp_rejected_spans: 'Spans that came in by OTLP and could not be stored.',
}

/** Metrics filled when they are asked for, so that counting costs nothing on the way of a batch. */
export function createMetrics(gauges: Gauges): Metrics {
  const registry = new Registry()
  const counter = (name: string, help: string, read: () => number): Counter =>
    new Counter({
      name: `tapmesh_collector_${name}_total`,
      help,
      registers: [registry],
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  for (const [name, help] of Object.entries(HELP) as [keyof Counts, string][]) {
    counter(name, help, () => gauges.counts[name])
  }
  counter('quarantined_rows', 'Rows put aside because they could not be stored.', gauges.quarantined_rows)
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name: `tapmesh_collector_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge('pending_segments', 'Segments that wait for the store.', gauges.pending_segments)
  gauge('pending_bytes', 'Bytes of the write-ahead log.', gauges.pending_bytes)
  gauge('taps', 'Taps known.', gauges.taps)
  counter(
    'otlp_names_overflowed',
    'Names of spans replaced by __other__ because the cap of their kind was reached.',
    gauges.otlp_names_overflowed,
  )
  counter(
    'service_graph_overflowed_rows',
    'Rows counted under __other__ because the cap on edges of the service graph was reached.',
    () => gauges.graph.overflowed,
  )
  counter('forwarded_spans', 'Rows that the OTLP endpoint took as spans.', () => gauges.forward()?.sent ?? 0)
  new Counter({
    name: 'tapmesh_collector_forward_dropped_spans_total',
    help: 'Rows that were to be forwarded as spans and were lost, by reason.',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      this.reset()
      for (const reason of ['overflow', 'failed'] as const)
        this.inc({ reason }, gauges.forward()?.[reason] ?? 0)
    },
  })
  registerServiceGraph(registry, gauges.graph)
  gauge('resident_memory_bytes', 'Memory of the process.', () => process.memoryUsage.rss())
  const seconds = new Histogram({
    name: 'tapmesh_collector_insert_duration_seconds',
    help: 'Time of the inserts of segments.',
    buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  return { registry, inserted: (value) => seconds.observe(value) }
}
