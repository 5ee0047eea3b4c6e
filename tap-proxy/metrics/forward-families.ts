import type { ForwardCounts } from '../../export/otlp/forwarder.ts'
import type { MetricFamily } from '../../model/metric.ts'

/** What /metrics says about calls that were forwarded as spans. @param forward undefined if none are */
export function forwardFamilies(forward: () => ForwardCounts | undefined): MetricFamily[] {
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
