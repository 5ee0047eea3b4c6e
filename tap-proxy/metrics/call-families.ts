import { histogramSamples, type Labels, type MetricFamily, type Sample } from '../../model/metric.ts'
import type { CallCounters, CallSeries } from '../sink/call-counters.ts'
import { DURATION_BOUNDS_US, STATUS_CLASSES, TAP_BOUNDS_US } from '../sink/call-counters.ts'

export interface CallSources {
  calls: CallCounters
  routes: () => number
}

/** What /metrics says about calls. */
export function callFamilies({ calls, routes }: CallSources): MetricFamily[] {
  const each = (samples: (series: CallSeries, labels: Labels) => Sample[]) => () =>
    [...calls.all()].flatMap((series) => {
      const { reporter, source, destination, protocol } = series
      return samples(series, { reporter, source, destination, protocol })
    })
  return [
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
      merge: 'max',
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
  return series.methods.names.flatMap((method, row) =>
    STATUS_CLASSES.flatMap((status_class, column) => {
      const value = series.calls[row * STATUS_CLASSES.length + column]!
      return value > 0 ? [{ labels: { ...labels, method, status_class }, value }] : []
    }),
  )
}
