import type { MetricFamily, Sample } from '../../model/metric.ts'

/** A family with its numbers, as it goes from one process to another. */
export interface SampledFamily extends Omit<MetricFamily, 'samples'> {
  samples: Sample[]
}

export function sampled(families: readonly MetricFamily[]): SampledFamily[] {
  return families.map((family) => ({ ...family, samples: family.samples() }))
}

/** What a process that has ended leaves behind: gauges end with it, what it counted stays counted. */
export function counted(families: readonly SampledFamily[]): SampledFamily[] {
  return families.filter(({ type }) => type !== 'gauge')
}

const MERGE: Readonly<Record<NonNullable<MetricFamily['merge']>, (one: number, other: number) => number>> = {
  sum: (one, other) => one + other,
  max: Math.max,
  min: Math.min,
}

/** The families of several processes as those of one. */
export function sumFamilies(processes: readonly (readonly SampledFamily[])[]): SampledFamily[] {
  const sums = new Map<string, { family: SampledFamily; samples: Map<string, Sample> }>()
  for (const family of processes.flat()) {
    const sum = sums.get(family.name) ?? { family, samples: new Map() }
    sums.set(family.name, sum)
    for (const sample of family.samples) {
      const key = JSON.stringify([sample.metricName, sample.labels])
      const before = sum.samples.get(key)
      const value = before ? MERGE[family.merge ?? 'sum'](before.value, sample.value) : sample.value
      sum.samples.set(key, { ...sample, value })
    }
  }
  return [...sums.values()].map(({ family, samples }) => ({ ...family, samples: [...samples.values()] }))
}

/** As /metrics takes them. */
export function familiesOfSamples(families: readonly SampledFamily[]): MetricFamily[] {
  return families.map((family) => ({ ...family, samples: () => family.samples }))
}
