import fc from 'fast-check'
import { cohortSeed, isTreated } from '../../../policy/judging/cohort.ts'

const idOf = (index: number): Buffer => Buffer.from(index.toString(16).padStart(32, '0'))
const IDS = Array.from({ length: 20_000 }, (_, index) => idOf(index * 7919 + 13))
const share = (keep: (id: Buffer) => boolean) => IDS.filter(keep).length / IDS.length

test.each([1, 5, 10, 50, 99])('%d percent takes that share, of ids that follow each other too', (percent) => {
  const seed = cohortSeed('cart', 'retries')
  const tolerance = 4 * Math.sqrt(((percent / 100) * (1 - percent / 100)) / IDS.length)
  expect(Math.abs(share((id) => isTreated(seed, id, percent)) - percent / 100)).toBeLessThan(tolerance)
})

test('cohorts of two features, and of two services, are independent', () => {
  for (const [service, feature] of [
    ['cart', 'timeouts'],
    ['orders', 'retries'],
  ] as const) {
    const [one, other] = [cohortSeed('cart', 'retries'), cohortSeed(service, feature)]
    const both = share((id) => isTreated(one, id, 20) && isTreated(other, id, 20))
    expect(Math.abs(both - 0.04)).toBeLessThan(0.006)
  }
})

test('nobody at 0, everybody at 100, and who was in stays in', () => {
  const id = fc.stringMatching(/^[0-9a-f]{32}$/).map((text) => Buffer.from(text))
  const percent = fc.integer({ min: 0, max: 100 })
  fc.assert(
    fc.property(id, percent, percent, fc.string(), (trace, one, other, service) => {
      const seed = cohortSeed(service, 'retries')
      expect(isTreated(seed, trace, 0)).toBe(false)
      expect(isTreated(seed, trace, 100)).toBe(true)
      const [low, high] = [Math.min(one, other), Math.max(one, other)]
      if (isTreated(seed, trace, low)) expect(isTreated(seed, trace, high)).toBe(true)
    }),
  )
})
