import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { FEATURES } from '../../model/feature.ts'
import { settingsFor } from '../../model/policy.ts'
import { modesOf, readPolicyText } from '../../policy/policy-file.ts'
import { policyJsonSchema } from '../../policy/schema.ts'
import { policyOf, policyText } from '../support/policy.ts'

const WHOLE = policyText(`  cart:
    timeouts: { mode: dry-run, request: 2s, backendRequest: 800ms }
    retries: { mode: enforce, percent: 10, methods: [GET], budget: { percent: 15, minRetryRate: { count: 3 } } }
    outlierDetection: { mode: dry-run, consecutive5xxErrors: 7 }
    connectionPool: { mode: disabled, maxConnections: 100 }
    rateLimit: { mode: dry-run, requestsPerSecond: 200, perCaller: { requestsPerSecond: 80 } }
    mtls: { mode: dry-run, policy: permissive }
    authorization:
      mode: dry-run
      default: deny
      rules:
        - { id: checkout-rw, action: allow, from: [spiffe://prod.example/ns/shop/sa/checkout], methods: [GET, POST], paths: ["/cart/{*}"] }
        - { id: no-delete, action: deny, methods: [DELETE] }
    callers:
      batch: { timeouts: { mode: disabled } }
`)

const mistakes = (text: string): string => {
  try {
    readPolicyText('policy.yaml', text)
    return ''
  } catch (error) {
    const { place, message, hint } = error as { place?: object; message: string; hint: string }
    return `${Object.values(place ?? {})
      .slice(0, 3)
      .join(':')} ${message} ${hint}`
  }
}

test('a whole document is read, durations as microseconds, defaults filled in for what holds', () => {
  const { policy } = readPolicyText('policy.yaml', WHOLE)
  const cart = policy.services.get('cart')!
  expect(settingsFor(cart, 'web', 'timeouts')).toMatchObject({ request: 2_000_000, backendRequest: 800_000 })
  expect(settingsFor(cart, 'web', 'retries')).toMatchObject({
    percent: 10,
    attempts: 1,
    'budget.percent': 15,
    'budget.interval': 10_000_000,
    'budget.minRetryRate.count': 3,
  })
  expect(settingsFor(cart, 'batch', 'timeouts')).toMatchObject({ mode: 'disabled', request: 2_000_000 })
  expect(modesOf(policy)).toEqual({ disabled: 2, 'dry-run': 5, enforce: 1 })
})

test('what is absent is disabled', () => {
  const cart = policyOf('  cart: {}\n').services.get('cart')!
  const modes = FEATURES.map((feature) => settingsFor(cart, 'web', feature)?.mode)
  // Messages that break HTTP are named by each tap, unless the service says otherwise.
  expect(modes).toEqual(FEATURES.map((feature) => (feature === 'strict' ? 'dry-run' : undefined)))
})

test.each([
  [
    '  cart:\n    timeout: { mode: dry-run }\n',
    /policy.yaml:5:5 unknown key services.cart.timeout Did you mean timeouts\?/,
  ],
  [
    '  cart:\n    retries: { mode: dry-run, budget: { precent: 3 } }\n',
    /unknown key services.cart.retries.budget.precent Did you mean percent\?/,
  ],
  ['  cart:\n    timeouts: { mode: shadow, request: 2s }\n', /One of: disabled, dry-run, enforce/],
  ['  cart:\n    timeouts: { mode: on, request: 2s }\n', /One of: disabled, dry-run, enforce/],
  ['  cart:\n    timeouts: { request: 2s }\n', /services.cart.timeouts.mode/],
  ['  cart:\n    timeouts: { mode: dry-run, request: 2 }\n', /2 is not a duration with its unit, like 800ms/],
  [
    '  cart:\n    timeouts: { mode: dry-run, request: 5h }\n',
    /policy.yaml:5:32 .*is above 1h, the most here/,
  ],
  ['  cart:\n    timeouts: { mode: dry-run }\n', /a timeout without a time/],
  ['  cart:\n    timeouts: { mode: dry-run, request: 1s, backendRequest: 2s }\n', /longer than request/],
  [
    '  cart:\n    rateLimit: { mode: dry-run }\n',
    /services.cart.rateLimit.requestsPerSecond: this key is needed/,
  ],
  ['  cart:\n    rateLimit: { mode: dry-run, requestsPerSecond: 10/s }\n', /not a number without a unit/],
  [
    '  cart:\n    authorization: { mode: dry-run, default: deny, rules: [{ id: a, action: allow }, { id: a, action: deny }] }\n',
    /a second rule a/,
  ],
  [
    '  cart:\n    authorization: { mode: dry-run, default: deny, rules: [{ id: a, action: allow, from: [] }] }\n',
    /an empty list fits no call/,
  ],
  [
    '  cart:\n    authorization: { mode: dry-run, default: deny, rules: [{ id: a, action: allow, from: [spiffe://x] }] }\n',
    /neither a SPIFFE ID/,
  ],
  [
    '  cart:\n    authorization: { mode: dry-run, default: deny, rules: [{ id: a, action: allow, paths: ["/a{*}"] }] }\n',
    /is not a path like/,
  ],
  [
    '  cart:\n    authorization: { mode: dry-run, default: deny, rules: [{ id: a, action: allow, paths: ["/{**}/b"] }] }\n',
    /is not a path like/,
  ],
  [
    '  cart:\n    authorization: { mode: dry-run, default: deny, rules: [{ id: a, action: allow, headers: { X-Role: [a] } }] }\n',
    /name of a header field in small letters/,
  ],
  [
    '  cart:\n    authorization: { mode: dry-run, default: deny, rules: [{ id: a, action: allow, headers: { x-role: [] } }] }\n',
    /an empty list fits no call/,
  ],
  [
    '  cart:\n    authorization: { mode: dry-run, default: deny, rules: [{ id: a, action: allow, headers: {} }] }\n',
    /names no header field/,
  ],
  [
    '  cart:\n    callers: { batch: { timeouts: { mode: dry-run } } }\n',
    /services.cart.callers.batch.timeouts.mode: a timeout without/,
  ],
])('refused with its place: %s', (services, message) =>
  expect(mistakes(policyText(services))).toMatch(message),
)

test('a document of another version is refused', () => {
  expect(mistakes('version: tapmesh/v2\n')).toContain('this version reads tapmesh/v1')
  expect(mistakes('services: {}\n')).toContain('version: this key is needed here')
})

test('the JSON Schema takes and refuses the same documents', () => {
  const validate = new Ajv2020({ strict: false }).compile(policyJsonSchema())
  expect(validate(parse(WHOLE))).toBe(true)
  for (const wrong of [
    '  cart: { timeout: { mode: dry-run } }\n',
    '  cart: { timeouts: { mode: on } }\n',
    '  cart: { timeouts: { mode: dry-run, request: 2 } }\n',
  ]) {
    expect(validate(parse(policyText(wrong)))).toBe(false)
  }
})

test('the example of the documentation is a policy, and the page tells every feature', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/policy.md'), 'utf8')
  const [, example = ''] = /```yaml\n([^`]*)```/.exec(page) ?? []
  expect(readPolicyText('policy.yaml', example).policy.services.size).toBeGreaterThan(0)
  for (const feature of FEATURES) expect(page).toContain(feature)
})
