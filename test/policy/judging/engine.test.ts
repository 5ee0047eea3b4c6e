import { compilePolicy } from '../../../policy/judging/engine.ts'
import { policyOf } from '../../support/policy.ts'

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
  // A service that does not name strict has dry-run of it.
  expect(names('web')).toEqual(['timeouts dry-run', 'strict dry-run'])
  expect(names('batch')).toEqual(['mtls enforce', 'strict dry-run'])
  expect(engine.judgesFor('payment', 'web')).toEqual([])
})
