import { type FeatureModule, HTTP, PASS, type Verdict, verdict } from '../../../policy/feature/feature.ts'

/**
 * What the compiler asks of a feature (`npx tsc` fails where one of these compiles): a decision that nobody
 * carries out would let the call go on while its record says otherwise.
 */

const judging = {
  moment: 'request',
  protocols: HTTP,
  stateless: true,
  columns: [],
  compile: () => undefined,
  scopeOf: () => '',
  createState: () => undefined,
  decide: () => PASS,
  ended: () => {},
} as const

// @ts-expect-error a feature that may deny has to say how the call is answered
const withoutRefusal: FeatureModule<'authorization', undefined, undefined> = judging

// @ts-expect-error a feature that may send calls again has to say how
const withoutActs: FeatureModule<'retries', undefined, undefined> = judging

// @ts-expect-error a feature that may divert calls has to say where they may go
const withoutRoutes: FeatureModule<'failover', undefined, undefined> = judging

const undeclared: FeatureModule<'authorization', undefined, undefined> = {
  ...judging,
  refuses: { status: 403, flag: 'az' },
  // @ts-expect-error the catalogue lists no such decision of this feature
  decide: (): Verdict<'shed'> => verdict('shed', 'rule', ''),
}

test('nothing but the compiler keeps these apart from a feature', () => {
  expect([withoutRefusal.refuses, withoutActs.acts, withoutRoutes.routes]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(undeclared.decide(undefined, undefined, {} as never, 0).decision).toBe('shed')
})
