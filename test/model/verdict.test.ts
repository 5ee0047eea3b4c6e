import * as fc from 'fast-check'
import { DECISIONS } from '../../model/decision.ts'
import { FEATURES } from '../../model/feature.ts'
import { type CallVerdict, parseVerdict, verdictText } from '../../model/verdict.ts'

test.each([
  ['authorization=would_deny;rule=default', { decision: 'deny', acted: false, rule: 'default' }],
  ['retries=retry;rule=codes;cohort=treated', { decision: 'retry', acted: true, cohort: 'treated' }],
  ['retries=pass;cohort=control', { decision: 'pass', acted: false, cohort: 'control', rule: '' }],
])('%s', (text, wanted) => {
  expect(parseVerdict(text)).toMatchObject(wanted)
})

test.each(['', 'retries', 'retries=jump', 'magic=deny', 'would_deny', 'timeouts=would_'])(
  'what is not known is left out: "%s"',
  (text) => {
    expect(parseVerdict(text)).toBeUndefined()
  },
)

test('what is written is read again', () => {
  const verdict = fc.record({
    feature: fc.constantFrom(...FEATURES),
    decision: fc.constantFrom(...DECISIONS),
    acted: fc.boolean(),
    rule: fc.stringMatching(/^[A-Za-z0-9._-]{0,20}$/),
    cohort: fc.constantFrom('treated' as const, 'control' as const, undefined),
  })
  fc.assert(
    fc.property(verdict, (given) => {
      // To pass is not an act.
      const wanted: CallVerdict = { ...given, acted: given.acted && given.decision !== 'pass' }
      expect(parseVerdict(verdictText(given))).toEqual(wanted)
    }),
  )
})
