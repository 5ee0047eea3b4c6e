import { type MetricFamily, registerFamily } from '../model/metric.ts'

/**
 * The text of /metrics. prom-client is loaded at the first scrape and only writes the format: the
 * numbers stay where the calls put them.
 * @param families asked at each scrape
 * @returns a function that gives the content type and the text
 */
export async function createExposition(
  families: () => Promise<MetricFamily[]>,
): Promise<() => Promise<{ type: string; text: string }>> {
  const { Registry } = await import('prom-client')
  return async () => {
    const registry = new Registry()
    for (const family of await families()) registerFamily(registry, family)
    return { type: registry.contentType, text: await registry.metrics() }
  }
}
