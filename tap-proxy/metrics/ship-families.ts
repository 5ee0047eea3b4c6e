import { type MetricFamily, single } from '../../model/metric.ts'
import type { Losses } from '../ship/losses.ts'
import { LOSS_REASONS } from '../ship/losses.ts'

export interface ShipSources {
  losses: Losses
  /** Undefined without a collector. */
  ship: () =>
    | {
        queueBytes: number
        connected: boolean
        stats: { batches: number; rows: number; failures: number; quarantined: number }
      }
    | undefined
}

/** What /metrics says about records on their way to the collector. */
export function shipFamilies({ losses, ship }: ShipSources): MetricFamily[] {
  const stat = (name: 'batches' | 'rows' | 'failures' | 'quarantined') => () => ship()?.stats[name] ?? 0
  return [
    {
      name: 'tapmesh_records_dropped_total',
      type: 'counter',
      help: 'Call records and access log lines that were lost, by reason.',
      samples: () => LOSS_REASONS.map((reason) => ({ labels: { reason }, value: losses.counts[reason] })),
    },
    single(
      'tapmesh_ship_queue_bytes',
      'gauge',
      'Bytes of batches that wait for the collector.',
      () => ship()?.queueBytes ?? 0,
    ),
    single(
      'tapmesh_ship_connected',
      'gauge',
      '1 while the collector takes batches.',
      () => (ship()?.connected ? 1 : 0),
      'min',
    ),
    single('tapmesh_ship_batches_total', 'counter', 'Batches the collector took.', stat('batches')),
    single('tapmesh_ship_rows_total', 'counter', 'Rows the collector took.', stat('rows')),
    single('tapmesh_ship_failures_total', 'counter', 'Tries to send a batch that failed.', stat('failures')),
    single(
      'tapmesh_ship_quarantined_total',
      'counter',
      'Rows the collector put aside as unreadable.',
      stat('quarantined'),
    ),
  ]
}
