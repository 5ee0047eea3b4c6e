import { diffPolicies } from '../../policy/diff.ts'
import { explainFeature, targetOf } from '../../policy/explain.ts'
import { policyFile, policyOf } from '../support/policy.ts'

const FILE = policyFile(`  cart.v2:
    retries:
      mode: dry-run
      budget: { percent: 15 }
    callers:
      batch:
        retries: { attempts: 3 }
`)

test('every value with the line that set it; the caller goes before the service', () => {
  const rows = explainFeature(FILE, 'cart.v2', 'retries', 'batch')
  const said = Object.fromEntries(
    rows.map(({ name, value, place, origin }) => [name, [value, place?.line ?? origin]]),
  )
  expect(said).toMatchObject({
    mode: ['dry-run', 6],
    attempts: ['3', 10],
    'budget.percent': ['15', 7],
    'budget.interval': ['10s', 'default'],
    bufferBytes: ['64KiB', 'default'],
  })
  expect(
    explainFeature(FILE, 'cart.v2', 'retries', '').find(({ name }) => name === 'attempts'),
  ).toMatchObject({
    value: '1',
    origin: 'default',
  })
})

test('a feature that is not named is disabled; a service that is not named is not found', () => {
  expect(explainFeature(FILE, 'cart.v2', 'mtls', '')).toMatchObject([{ name: 'mode', value: 'disabled' }])
  expect(() => explainFeature(FILE, 'basket', 'mtls', '')).toThrow(/says nothing of a service basket/)
})

test('a target is a service and a feature; a service may have dots', () => {
  expect(targetOf('cart.v2.retries')).toEqual({ service: 'cart.v2', feature: 'retries' })
  expect(() => targetOf('cart.retrys')).toThrow(
    expect.objectContaining({ hint: 'Did you mean cart.retries?' }),
  )
  expect(() => targetOf('retries')).toThrow(/not a service and a feature/)
})

test('a diff tells what holds otherwise, not what is written otherwise', () => {
  const before = policyOf('  cart: { retries: { mode: dry-run } }\n')
  expect(
    diffPolicies(before, policyOf('  cart: { retries: { mode: dry-run, attempts: 1, backoff: 25ms } }\n')),
  ).toEqual([])
  expect(
    diffPolicies(
      before,
      policyOf(`  cart:
    retries: { mode: dry-run, attempts: 2 }
    callers: { batch: { retries: { mode: disabled } } }
  pay: { mtls: { mode: dry-run, policy: strict } }
`),
    ),
  ).toMatchObject([
    { service: 'cart', caller: '', name: 'attempts', before: '1', after: '2' },
    { service: 'cart', caller: 'batch', name: 'mode', before: 'dry-run', after: 'disabled' },
    { service: 'pay', feature: 'mtls', name: 'mode', before: 'disabled', after: 'dry-run' },
    expect.objectContaining({ name: 'percent' }),
    expect.objectContaining({ name: 'policy', after: 'strict' }),
  ])
})

test('when a feature ends is told, and a change of it', () => {
  const ends = (expires: string) =>
    policyFile(`  cart: { mtls: { mode: dry-run, policy: strict${expires} } }\n`)
  const later = ends(', expires: "2026-12-01T19:00:00+01:00"')
  expect(explainFeature(later, 'cart', 'mtls', '')).toContainEqual(
    expect.objectContaining({ name: 'expires', value: '2026-12-01T18:00:00Z', origin: 'service' }),
  )
  expect(diffPolicies(ends('').policy, later.policy)).toMatchObject([
    { name: 'expires', before: 'none', after: '2026-12-01T18:00:00Z' },
  ])
  for (const text of ['2026-12-01T18:00:00', '2026-12-01', 'soon']) {
    expect(() => ends(`, expires: "${text}"`)).toThrow(/is not a time like/)
  }
})

test('rules are told by id', () => {
  const rules = (list: string) =>
    policyOf(`  cart: { authorization: { mode: dry-run, default: deny, rules: [${list}] } }\n`)
  expect(
    diffPolicies(
      rules('{ id: a, action: allow, from: [web] }'),
      rules('{ id: a, action: allow, from: [web, app], methods: [GET] }'),
    ),
  ).toEqual([
    {
      service: 'cart',
      caller: '',
      feature: 'authorization',
      name: 'rules.a',
      before: 'allow from web',
      after: 'allow from web, app methods GET',
    },
  ])
})

test('where a rollout chooses the percentage, its steps stand for it', () => {
  const rolled = (retries: string) =>
    policyOf(`  cart:
    retries: { ${retries} }
    rollout: { steps: [10, 100], hold: 10s, guards: { errorRateDelta: 1% } }
`)
  const percentOf = (retries: string) =>
    diffPolicies(policyOf('  cart: {}\n'), rolled(retries)).find(({ name }) => name === 'percent')?.after
  expect(percentOf('mode: enforce')).toBe('10, 100 by rollout')
  expect(percentOf('mode: enforce, percent: 20')).toBe('20')
  expect(percentOf('mode: dry-run')).toBe('100')
  const strict = policyOf(
    '  cart:\n    mtls: { mode: enforce, policy: strict }\n    rollout: { steps: [10, 100], hold: 10s }\n',
  )
  expect(diffPolicies(policyOf('  cart: {}\n'), strict)).toContainEqual(
    expect.objectContaining({ name: 'percent', after: '100' }),
  )
})
