import { addedLatency } from '../../../../loadtest/bench/measures/fixed-rate.ts'

test('added latency is each round minus the direct one of that round', () => {
  const added = addedLatency([
    { subject: 'direct', quantity: 'p50_us', rounds: [100, 200] },
    { subject: 'tap', quantity: 'p50_us', rounds: [150, 260] },
    { subject: 'tap', quantity: 'cpu_us_per_call', rounds: [1, 2] },
  ])
  expect(added).toEqual([{ subject: 'tap', quantity: 'added_p50_us', rounds: [50, 60] }])
})

test('without the direct reading nothing is added', () => {
  expect(addedLatency([{ subject: 'tap', quantity: 'p50_us', rounds: [1] }])).toEqual([])
})
