import type { Target } from '../../../loadtest/bench/target.ts'
import { judge, TARGETS } from '../../../loadtest/bench/targets.ts'
import { resultsOf } from './support/results-of.ts'

const ratio: Target = {
  text: 'CPU against nginx',
  measure: 'saturation',
  subject: 'tap',
  quantity: 'cpu_us_per_call',
  against: { subject: 'nginx' },
  bound: '<=',
  must: 1,
  aim: 0.85,
}

function against(tap: number[], nginx: number[]) {
  return resultsOf('saturation', [
    { subject: 'tap', quantity: 'cpu_us_per_call', rounds: tap },
    { subject: 'nginx', quantity: 'cpu_us_per_call', rounds: nginx },
  ])
}

test.each([
  [[8, 16, 8], [10, 20, 10], 'aim', 0.8],
  [[9, 9, 9], [10, 10, 10], 'must', 0.9],
  [[11, 11, 9], [10, 10, 10], 'missed', 1.1],
])('%j over %j is %s', (tap, nginx, standing, middle) => {
  const verdict = judge(ratio, [against(tap, nginx)])
  expect(verdict.standing).toBe(standing)
  expect(verdict.value?.median).toBeCloseTo(middle)
})

test('more is better where the bound says so', () => {
  const target: Target = { ...ratio, bound: '>=', must: 1, aim: 1.2 }
  expect(judge(target, [against([12], [10])]).standing).toBe('aim')
  expect(judge(target, [against([11], [10])]).standing).toBe('must')
  expect(judge(target, [against([9], [10])]).standing).toBe('missed')
})

test('what was not measured is neither kept nor missed', () => {
  expect(judge(ratio, []).standing).toBe('unmeasured')
  const alone = resultsOf('saturation', [{ subject: 'tap', quantity: 'cpu_us_per_call', rounds: [1] }])
  expect(judge(ratio, [alone]).standing).toBe('unmeasured')
})

test('an aim is never weaker than its must', () => {
  for (const { text, bound, must, aim } of TARGETS) {
    const stronger = aim === undefined || (bound === '<=' ? aim <= must : aim >= must)
    expect([text, stronger]).toEqual([text, true])
  }
})
