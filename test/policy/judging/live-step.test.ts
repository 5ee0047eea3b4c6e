import { compilePolicy } from '../../../policy/judging/engine.ts'
import { actsAt, judgingFor, stepText, treatedBy } from '../../../policy/judging/live-step.ts'
import { States } from '../../../policy/judging/states.ts'
import { call } from '../../support/judge.ts'
import { policyOf } from '../../support/policy.ts'

const judgingOf = (services: string, side: 'caller' | 'service') =>
  judgingFor(compilePolicy(policyOf(services)), side, call(), new States())
const ids = Buffer.from('0af7651916cd43dd8448eb211c80319c')

test('each side judges its own features, and both what a message itself shows', () => {
  const services =
    '  cart: { timeouts: { mode: dry-run, request: 1s }, authorization: { mode: dry-run, default: deny } }\n'
  const names = (side: 'caller' | 'service') =>
    judgingOf(services, side)!.steps.map(({ judge }) => judge.feature)
  expect(names('caller')).toEqual(['timeouts', 'strict'])
  expect(names('service')).toEqual(['authorization', 'strict'])
})

test('calls are split where a feature is enforced for some of them; connections never are', () => {
  const judging = judgingOf(
    '  cart: { mtls: { mode: enforce, policy: strict, percent: 50 }, authorization: { mode: enforce, percent: 0, default: deny } }\n',
    'service',
  )!
  const [mtls, authorization] = judging.steps
  expect([mtls!.split, authorization!.split]).toEqual([false, true])
  expect([mtls!.acts, authorization!.acts]).toEqual([true, false])
  // Bits by place: mtls, authorization, strict.
  expect(treatedBy(judging, ids)).toBe(0b101)
  expect(actsAt(mtls!.judge, 'caller')).toBe(false)
})

test('a record names the decision, whether it was done, the rule and the cohort', () => {
  const judging = judgingOf(
    '  cart: { rateLimit: { mode: enforce, percent: 50, requestsPerSecond: 1 } }\n',
    'service',
  )!
  const [step] = judging.steps
  const shed = { decision: 'shed', rule: 'r', reason: '' } as const
  const pass = { decision: 'pass', rule: '', reason: '' } as const
  expect([
    stepText(step!, shed, true, true),
    stepText(step!, shed, false, false),
    stepText(step!, pass, false, false),
    stepText({ ...step!, split: false }, pass, true, false),
  ]).toEqual([
    'rateLimit=shed;rule=r;cohort=treated',
    'rateLimit=would_shed;rule=r;cohort=control',
    'rateLimit=pass;cohort=control',
    undefined,
  ])
})
