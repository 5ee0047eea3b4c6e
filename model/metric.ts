/**
 * Metrics that are made of plain counts when they are scraped: prom-client only writes the format
 * (https://prometheus.io/docs/instrumenting/exposition_formats/), the numbers stay where calls put them.
 */
export type Labels = Record<string, string | number>

export interface Sample {
  labels: Labels
  value: number
  /** Where it is not the family's own: `_bucket`, `_sum` and `_count` of a histogram. */
  metricName?: string
}

export interface MetricFamily {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram'
  /** What samples of several processes of one tap become; 'sum' by default. */
  merge?: 'sum' | 'max' | 'min'
  samples: () => Sample[]
}

/** A metric of one number. */
export function single(
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  value: () => number,
  merge: MetricFamily['merge'] = 'sum',
): MetricFamily {
  return { name, help, type, merge, samples: () => [{ labels: {}, value: value() }] }
}

/** Registers a family with a registry of prom-client. */
export function registerFamily(
  registry: { registerMetric(metric: never): void },
  { name, help, type, samples }: MetricFamily,
): void {
  const metric = {
    name,
    help,
    type,
    aggregator: 'sum',
    get: async () => ({ name, help, type, aggregator: 'sum', values: samples() }),
  }
  // The registry asks a metric for nothing but its name and get(); its type names the whole class.
  registry.registerMetric(metric as never)
}

/**
 * @param bounds_us upper bounds of the buckets, rising @param counts by bucket, not added up; the last
 * is above every bound @param sum_us of everything counted
 */
export function histogramSamples(
  name: string,
  bounds_us: readonly number[],
  counts: Float64Array,
  sum_us: number,
  labels: Labels,
): Sample[] {
  let below = 0
  const samples: Sample[] = bounds_us.map((bound, bucket) => {
    below += counts[bucket]!
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bound / 1e6 }, value: below }
  })
  below += counts[bounds_us.length]!
  samples.push({ metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: below })
  samples.push({ metricName: `${name}_sum`, labels, value: sum_us / 1e6 })
  samples.push({ metricName: `${name}_count`, labels, value: below })
  return samples
}
