import fc from 'fast-check'
import { lessBusyOfTwo } from '../../../policy/feature/load-balancer.ts'
import { call, judgeOf, short } from '../../support/judge.ts'

const to = (destination_instance: string) => call({ destination_instance })

test('a call that met a busier endpoint than another is told of', () => {
  const judge = judgeOf('loadBalancer', '')
  const state = judge.module.createState()
  const start = (endpoint: string) => short(judge.decide(state, to(endpoint), 0))
  expect([start('a'), start('b'), start('a'), start('a')]).toEqual(['pass', 'pass', 'pass', 'note simple'])
  judge.ended(state, to('a'), 1)
  judge.ended(state, to('a'), 2)
  judge.ended(state, to('a'), 3)
  expect(start('a')).toBe('pass')
})

test('in turn, nothing is busier', () => {
  const judge = judgeOf('loadBalancer', 'simple: ROUND_ROBIN')
  const state = judge.module.createState()
  const told = ['a', 'b', 'a', 'a'].map((endpoint) => short(judge.decide(state, to(endpoint), 0)))
  expect(told).toEqual(['pass', 'pass', 'pass', 'pass'])
})

test('of two endpoints the busiest is never taken while another has fewer calls', () => {
  const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(1000), { minLength: 2, maxLength: 9 }),
      share,
      share,
      (calls, one, other) => {
        const endpoints = calls.map((_, index) => ({ label: `e${index}` }))
        const state = new Map(endpoints.map(({ label }, index) => [label, calls[index]!]))
        const draws = [one, other]
        const chosen = calls[lessBusyOfTwo(endpoints, state, () => draws.shift()!)]!
        expect(chosen).toBeLessThan(Math.max(...calls))
      },
    ),
  )
})

test('one endpoint is the only choice', () => {
  expect(lessBusyOfTwo([{ label: 'a' }], new Map([['a', 99]]), () => 0.9)).toBe(0)
})
