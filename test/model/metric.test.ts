import { Registry } from 'prom-client'
import { histogramSamples, registerFamily } from '../../model/metric.ts'

test('a family is written with what its counts are at the scrape', async () => {
  const registry = new Registry()
  let calls = 1
  registerFamily(registry, {
    name: 'calls_total',
    help: 'Calls.',
    type: 'counter',
    samples: () => [{ labels: { to: 'a"b' }, value: calls }],
  })
  expect(await registry.metrics()).toBe(
    '# HELP calls_total Calls.\n# TYPE calls_total counter\ncalls_total{to="a\\"b"} 1\n',
  )
  calls = 2
  expect(await registry.metrics()).toContain('calls_total{to="a\\"b"} 2\n')
})

test('buckets of a histogram add up to its count, in seconds', async () => {
  const registry = new Registry()
  registerFamily(registry, {
    name: 'time_seconds',
    help: 'Time.',
    type: 'histogram',
    samples: () =>
      histogramSamples('time_seconds', [500, 2000], new Float64Array([3, 1, 2]), 12_500, { to: 'cart' }),
  })
  expect((await registry.metrics()).trim().split('\n').slice(2)).toEqual([
    'time_seconds_bucket{to="cart",le="0.0005"} 3',
    'time_seconds_bucket{to="cart",le="0.002"} 4',
    'time_seconds_bucket{to="cart",le="+Inf"} 6',
    'time_seconds_sum{to="cart"} 0.0125',
    'time_seconds_count{to="cart"} 6',
  ])
})
