import { parse } from 'yaml'
import type { RecommendationAnswer } from '../../../graph-api/contract.ts'
import { readPolicyText } from '../../../policy/policy-file.ts'
import { proposalText, ruleDiff, ruleText } from '../../../ui/enforce/proposal.ts'

const RULE = {
  ...{ id: 'cart-1', from: 'cart', methods: ['GET', 'POST'], paths: ['/payments/{*}'] },
  ...{ believed_by: 'trace', calls: 41_000, days: 3, unseen: 0.0002 },
  ...{ first_seen: '2026-11-18T10:00:00Z', last_seen: '2026-11-21T10:00:00Z' },
}
const ANSWER: RecommendationAnswer = {
  window: { from: '2026-10-21T10:00:00Z', to: '2026-11-21T10:00:00Z', seconds: 2_678_400 },
  ...{ service: 'payment', calls: 41_410, first_call: '2026-11-18T10:00:00Z', rules: [RULE] },
  review: [
    {
      ...{ source: '10.1.2.3', method: 'DELETE', route: '/payments/{id}', calls: 3 },
      ...{ last_seen: '2026-11-20T10:00:00Z', reason: 'known by address alone' },
    },
  ],
}

test('a proposal is a policy that the reader takes, in dry-run', () => {
  const { policy } = readPolicyText('proposed', proposalText(ANSWER))
  expect(policy.services.get('payment')?.features.authorization).toEqual({
    ...{ mode: 'dry-run', default: 'deny' },
    rules: [
      { id: 'cart-1', action: 'allow', from: ['cart'], methods: ['GET', 'POST'], paths: ['/payments/{*}'] },
    ],
  })
  expect(proposalText({ ...ANSWER, rules: [] })).toContain('rules: []')
})

test('names from calls stay names, and end no comment', () => {
  const evil = 'a\n  evil: { mode: enforce } #'
  const text = proposalText({ ...ANSWER, service: evil, review: [{ ...ANSWER.review[0]!, source: evil }] })
  expect(Object.keys(parse(text).services)).toEqual([evil])
})

test('a list that fits all is left out of a rule', () => {
  const rule = { id: 'no-delete', action: 'deny' as const, from: [], methods: ['DELETE'], paths: [] }
  expect(ruleText(rule)).toBe('{ id: "no-delete", action: deny, methods: ["DELETE"] }')
  expect(ruleText({ ...rule, headers: ['x-role'] })).toContain('methods: ["DELETE"], headers: ["x-role"] }')
})

test('rules that go, stay and come are told apart', () => {
  const kept = { ...RULE, action: 'allow' as const, from: [RULE.from] }
  const gone = { id: 'old', action: 'allow' as const, from: ['web'], methods: ['GET'], paths: [] }
  expect(
    ruleDiff([gone, kept], [RULE, { ...RULE, id: 'web-1', from: 'web' }]).map(({ kind }) => kind),
  ).toEqual(['del', 'kept', 'ins'])
})
