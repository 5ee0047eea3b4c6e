import { type MetricFamily, single } from '../../model/metric.ts'

/** What /metrics says about this process, and whose tap it is. @param info name, service, zone and version of the tap */
export function processFamilies(info: () => Record<string, string>): MetricFamily[] {
  return [
    {
      name: 'tapmesh_info',
      type: 'gauge',
      help: 'Always 1; the labels say whose tap this is.',
      merge: 'max',
      samples: () => [{ labels: info(), value: 1 }],
    },
    single('process_resident_memory_bytes', 'gauge', 'Resident memory of this process.', () =>
      process.memoryUsage.rss(),
    ),
    single('process_cpu_seconds_total', 'counter', 'CPU time of this process.', () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    }),
  ]
}
