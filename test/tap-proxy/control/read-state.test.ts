import type { ControlState } from '../../../model/control.ts'
import { settingsFor } from '../../../model/policy.ts'
import { readState } from '../../../tap-proxy/control/read-state.ts'
import { policyOf } from '../../support/policy.ts'
import { DRY_RUN, stateOf } from './state.ts'

const read = (state: unknown) => readState(JSON.stringify(state))
const fault = (state: unknown): string => {
  try {
    read(state)
    return ''
  } catch (error) {
    expect(error).toMatchObject({ code: 'TAPMESH_STATE_INVALID' })
    return (error as Error).message
  }
}

test('a state becomes the policy that the document is', () => {
  const policy = policyOf(`  orders:
    timeouts: { mode: dry-run, request: 2s, backendRequest: 800ms }
    retries: { mode: enforce, percent: 10, methods: [GET], budget: { percent: 15, minRetryRate: { count: 3 } } }
    rateLimit: { mode: dry-run, requestsPerSecond: 200, perCaller: { requestsPerSecond: 80.5 } }
    failover: { mode: dry-run, order: [eu, us] }
    mtls: { mode: dry-run, policy: permissive }
    authorization:
      mode: dry-run
      default: deny
      rules:
        - { id: rw, action: allow, from: [spiffe://prod.example/svc/web, batch], methods: [GET, POST], paths: ["/cart/{*}"] }
    callers:
      batch: { timeouts: { mode: disabled } }
`)
  const { features, callers } = policy.services.get('orders')!
  const services = { orders: { features, callers: Object.fromEntries(callers) } }
  const state = read(stateOf({}, { services }))
  expect(state).toEqual({
    revision: '0a1b2c3d.7',
    issued_ms: Date.UTC(2026, 10, 20, 10),
    bypass: false,
    policy: { trustDomain: 'prod.example', services: new Map([['orders', { features, callers }]]) },
    ignored: [],
  })
})

const headersOf = (headers: unknown) =>
  stateOf({ authorization: { default: 'deny', rules: [{ id: 'a', action: 'allow', headers }] } })

describe('refused whole', () => {
  const { bypass: _bypass, ...withoutBypass } = stateOf()
  test.each<[string, unknown, RegExp]>([
    ['no object', [], /the state is not an object/],
    [
      'version',
      stateOf({}, { version: 'tapmesh/v2' as ControlState['version'] }),
      /"tapmesh\/v2"; this tap reads/,
    ],
    ['no version', { ...stateOf(), version: undefined }, /version is undefined/],
    ['revision', stateOf({}, { revision: 'a.b' }), /revision is not/],
    ['a revision for a header', stateOf({}, { revision: 'a\r\nx: y.1' }), /revision is not/],
    ['time', stateOf({}, { issued_at: 'today' }), /issued_at/],
    ['trust domain', stateOf({}, { trust_domain: 'Prod Example' }), /trust_domain/],
    ['no bypass', withoutBypass, /bypass is neither/],
    ['services', { ...stateOf(), services: null }, /services is not an object/],
    ['a name', { ...stateOf(), services: { 'a b': { features: {}, callers: {} } } }, /proper name/],
    ['callers', { ...stateOf(), services: { orders: { features: {} } } }, /orders.callers is not an object/],
    ['mode', stateOf({ retries: { mode: 'shadow' } }), /orders.retries.mode is none of disabled/],
    ['percent', stateOf({ retries: { percent: 101 } }), /percent is not from 0 to 100/],
    ['expiry', stateOf({ retries: { expires: '1h' } }), /expires is not a time/],
    ['bound', stateOf({ retries: { attempts: 6 } }), /orders.retries.attempts 6 is not from 1 to 5/],
    ['fraction', stateOf({ retries: { attempts: 1.5 } }), /attempts is not a whole number/],
    ['type', stateOf({ timeouts: { request: '2s' } }), /timeouts.request is not a number/],
    ['status', stateOf({ retries: { codes: [200] } }), /item 1 is not a status/],
    ['word', stateOf({ mtls: { policy: 'maybe' } }), /is none of permissive, strict/],
    ['list', stateOf({ retries: { methods: 'GET' } }), /methods is not a list/],
    [
      'rule',
      stateOf({ authorization: { default: 'deny', rules: [{ id: 'a', action: 'log' }] } }),
      /rule 1: action/,
    ],
    [
      'an empty list in a rule',
      stateOf({ authorization: { default: 'deny', rules: [{ id: 'a', action: 'allow', from: [] }] } }),
      /rule 1: from is an empty list/,
    ],
    ['headers in a list', headersOf([{ name: 'x-team', value: 'a' }]), /rule 1: headers is not an object/],
    ['no headers', headersOf({}), /rule 1: headers is not an object/],
    ['a header without values', headersOf({ 'x-team': [] }), /headers x-team is an empty list/],
    ['a header in capitals', headersOf({ 'X-Team': ['a'] }), /headers X-Team is not in small letters/],
    ['missing', stateOf({ authorization: { mode: 'dry-run' } }), /authorization.default this key is needed/],
    [
      'contradiction',
      stateOf({ timeouts: { mode: 'enforce', request: 1000, backendRequest: 2000 } }),
      /backendRequest longer than request/,
    ],
    [
      'one bad value among good services',
      {
        ...stateOf(DRY_RUN),
        services: { ...stateOf(DRY_RUN).services, cart: { features: { retries: { mode: 1 } }, callers: {} } },
      },
      /cart.retries.mode/,
    ],
  ])('%s', (_name, state, wanted) => expect(fault(state)).toMatch(wanted))

  test('not JSON, or torn', () => {
    expect(() => readState('<html>')).toThrow(/not JSON/)
    expect(() => readState(JSON.stringify(stateOf(DRY_RUN)).slice(0, -20))).toThrow(/not JSON/)
    expect(() => readState('')).toThrow(/not JSON/)
  })
})

describe('what this tap does not know is not enforced, and said', () => {
  test('feature, field of the state and of a service', () => {
    const state = { ...stateOf({ ...DRY_RUN, hedging: { mode: 'enforce' } }), signature: 'x' }
    Object.assign(state.services['orders']!, { upstream: {} })
    const { policy, ignored } = read(state)
    expect(ignored).toEqual(['signature', 'orders.upstream', 'orders.hedging'])
    expect(Object.keys(policy.services.get('orders')!.features)).toEqual(['authorization'])
  })

  test('a field of a feature takes the whole feature away, for callers too', () => {
    const state = stateOf({ retries: { mode: 'enforce', hedge: 1 }, ...DRY_RUN })
    const services = {
      orders: {
        ...state.services['orders']!,
        callers: { web: { retries: { mode: 'enforce', attempts: 2 } } },
      },
    }
    const { policy, ignored } = read({ ...state, services })
    expect(ignored).toEqual(['orders.retries.hedge'])
    expect(settingsFor(policy.services.get('orders')!, 'web', 'retries')).toBeUndefined()
    expect(settingsFor(policy.services.get('orders')!, 'web', 'authorization')!.mode).toBe('dry-run')
  })

  test('a field of a caller takes the feature away for this caller alone', () => {
    const features = { retries: { mode: 'enforce' } }
    const callers = { web: { retries: { attempts: 2, hedge: 1 } } }
    const { policy, ignored } = read({ ...stateOf(), services: { orders: { features, callers } } })
    expect(ignored).toEqual(['orders.callers.web.retries.hedge'])
    const service = policy.services.get('orders')!
    expect(settingsFor(service, 'web', 'retries')!.mode).toBe('disabled')
    expect(settingsFor(service, 'batch', 'retries')!.mode).toBe('enforce')
  })

  test('a condition of a rule: read without it, the rule would allow more', () => {
    const rules = [{ id: 'a', action: 'allow', hours: ['9-17'] }]
    const { policy, ignored } = read(stateOf({ authorization: { mode: 'enforce', default: 'deny', rules } }))
    expect(ignored).toEqual(['orders.authorization.rules.hours'])
    expect(policy.services.get('orders')!.features).toEqual({})
  })

  test('more of it than anybody would read is cut', () => {
    const features = Object.fromEntries(
      Array.from({ length: 2000 }, (_, index) => [`${index}`.repeat(200), {}]),
    )
    const { ignored } = read(stateOf(features))
    expect(ignored).toHaveLength(1000)
    expect(Math.max(...ignored.map((path) => path.length))).toBe(160)
  })

  test('names of the language itself change nothing', () => {
    const text = JSON.stringify(stateOf()).replace('"features":{}', '"features":{"__proto__":{"retries":{}}}')
    const { policy, ignored } = readState(text)
    expect(ignored).toEqual(['orders.__proto__'])
    expect(policy.services.get('orders')!.features).toEqual({})
  })
})
