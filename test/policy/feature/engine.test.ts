import { FEATURES } from '../../../model/flag.ts'
import { compilePolicy } from '../../../policy/feature/engine.ts'
import { REGISTRY } from '../../../policy/feature/registry.ts'
import { policyOf } from '../../support/policy.ts'

test('every feature of the catalogue has code of the one shape', () => {
  expect(Object.keys(REGISTRY).sort()).toEqual([...FEATURES].sort())
  for (const code of Object.values(REGISTRY)) {
    expect(Object.keys(code).sort()).toEqual([
      'compile',
      'createState',
      'decide',
      'ended',
      'moment',
      'scopeOf',
    ])
  }
})

test("judges are those that are not disabled; a caller's own entry goes before the service's", () => {
  const engine = compilePolicy(
    policyOf(`  cart:
    timeouts: { mode: dry-run, request: 2s }
    mtls: { mode: disabled, policy: strict }
    callers: { batch: { timeouts: { mode: disabled }, mtls: { mode: enforce } } }
`),
  )
  const names = (source: string) =>
    engine.judgesFor('cart', source).map(({ feature, mode }) => `${feature} ${mode}`)
  expect(names('web')).toEqual(['timeouts dry-run'])
  expect(names('batch')).toEqual(['mtls enforce'])
  expect(engine.judgesFor('payment', 'web')).toEqual([])
})
