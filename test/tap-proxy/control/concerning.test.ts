import { CATALOGUE, FEATURES } from '../../../model/feature.ts'
import { concerning } from '../../../tap-proxy/control/concerning.ts'
import { policyOf } from '../../support/policy.ts'

const FEATURE_LINES = `
    timeouts: { mode: dry-run, request: 2s }
    authorization: { mode: dry-run, default: allow }
    callers:
      web:
        retries: { mode: dry-run }
        rateLimit: { mode: dry-run, requestsPerSecond: 2 }
`
const policy = policyOf(`  orders:${FEATURE_LINES}  cart:${FEATURE_LINES}`)

test('of its own service everything, of others what a caller judges', () => {
  const { trustDomain, services } = concerning(policy, 'orders')
  expect(trustDomain).toBe('prod.example')
  expect(services.get('orders')).toEqual(policy.services.get('orders'))
  const cart = services.get('cart')!
  expect(Object.keys(cart.features)).toEqual(['timeouts'])
  expect([...cart.callers].map(([caller, features]) => [caller, ...Object.keys(features)])).toEqual([
    ['web', 'retries'],
  ])
})

test('the catalogue has both sides', () => {
  expect(new Set(FEATURES.map((feature) => CATALOGUE[feature].side))).toEqual(new Set(['caller', 'service']))
})
