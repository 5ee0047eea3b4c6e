import { type Given, type Policy, settingsFor } from '../../../model/policy.ts'
import { withoutLapsed } from '../../../tap-proxy/control/lapse.ts'

const policyWith = (retries: Given, web?: Given): Policy => ({
  trustDomain: '',
  services: new Map([
    [
      'orders',
      { features: { retries }, callers: new Map(web === undefined ? [] : [['web', { retries: web }]]) },
    ],
  ]),
})
const modes = (policy: Policy) =>
  ['web', 'batch'].map((caller) => settingsFor(policy.services.get('orders')!, caller, 'retries')!.mode)

test('nothing expires without an end', () => {
  const { policy, lapsed, next_ms } = withoutLapsed(policyWith({ mode: 'enforce' }), 1e15)
  expect([modes(policy), lapsed, next_ms]).toEqual([['enforce', 'enforce'], [], Number.POSITIVE_INFINITY])
})

test('from the end on it is disabled, and until then the end is told', () => {
  const given = policyWith({ mode: 'enforce', expires: 1000 })
  expect(withoutLapsed(given, 999)).toMatchObject({ lapsed: [], next_ms: 1000 })
  expect(modes(withoutLapsed(given, 999).policy)).toEqual(['enforce', 'enforce'])
  expect(withoutLapsed(given, 1000)).toMatchObject({
    lapsed: ['orders.retries'],
    next_ms: Number.POSITIVE_INFINITY,
  })
  expect(modes(withoutLapsed(given, 1000).policy)).toEqual(['disabled', 'disabled'])
})

test.each<[string, Given, Given, string[]]>([
  [
    'a caller ends with its service',
    { mode: 'enforce', expires: 5 },
    { mode: 'dry-run' },
    ['disabled', 'disabled'],
  ],
  [
    'unless it has a later end',
    { mode: 'enforce', expires: 5 },
    { attempts: 2, expires: 50 },
    ['enforce', 'disabled'],
  ],
  ['an earlier end is its own', { mode: 'enforce' }, { expires: 5 }, ['disabled', 'enforce']],
])('%s', (_name, service, web, wanted) => {
  expect(modes(withoutLapsed(policyWith(service, web), 10).policy)).toEqual(wanted)
})
