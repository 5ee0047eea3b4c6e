import { policyOf } from '../support/policy.ts'

const rolloutOf = (rollout: string) =>
  policyOf(`  cart:\n    rollout: ${rollout}\n    retries: { mode: enforce }\n`).services.get('cart')?.rollout

test('steps, hold and guards are read, guards have defaults', () => {
  expect(
    rolloutOf('{ steps: [1, 5, 25, 100], hold: 1h, guards: { errorRateDelta: 0.5%, p99Ratio: 1.25 } }'),
  ).toEqual({ steps: [1, 5, 25, 100], hold: 3_600_000_000, guards: { errorRateDelta: 0.5, p99Ratio: 1.25 } })
  expect(rolloutOf('{ steps: [50], hold: 10s }')?.guards).toEqual({ errorRateDelta: 1, p99Ratio: 2 })
})

test.each([
  ['{ steps: [5, 1], hold: 1h }', /rollout\.steps: the steps do not rise/],
  ['{ steps: [], hold: 1h }', /without steps nothing rises/],
  ['{ steps: [0], hold: 1h }', /steps\[0\]: is below 0\.1/],
  ['{ steps: [10], hold: 1s }', /from 10s to 720h/],
  ['{ steps: [10] }', /needed/],
  ['{ steps: [10], hold: 1h, guards: { errorRate: 1% } }', /errorRate/],
])('%s is refused with its place', (rollout, wanted) => {
  expect(() => rolloutOf(rollout)).toThrow(wanted)
})

test('an end by the clock is read, a wrong one refused', () => {
  const expires = (text: string) =>
    policyOf(`  cart: { retries: { mode: enforce, percent: 10, expires: ${text} } }\n`).services.get('cart')
      ?.features.retries?.['expires']
  expect(expires('2026-12-01T18:00:00Z')).toBe(Date.parse('2026-12-01T18:00:00Z'))
  expect(() => expires('tomorrow')).toThrow(/a time like/)
})
