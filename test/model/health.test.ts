import fc from 'fast-check'
import { healthOf, wilsonLower } from '../../model/health.ts'

test.each([
  [0, 0, 'idle'],
  [9, 0, 'unknown'],
  [9, 2, 'unknown'],
  [3, 3, 'bad'],
  [10, 0, 'ok'],
  [100, 1, 'ok'],
  [1000, 10, 'ok'],
  [1000, 20, 'warn'],
  [1000, 50, 'warn'],
  [1000, 80, 'bad'],
])('%i calls with %i errors are %s', (calls, errors, health) => {
  expect(healthOf({ calls, errors })).toBe(health)
})

test("Wilson's bound lies below the share, and nearer with more calls", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.float({ min: 0, max: 1, noNaN: true }),
      (calls, part) => {
        const errors = Math.round(calls * part)
        const lower = wilsonLower(errors, calls)
        expect(lower).toBeGreaterThanOrEqual(0)
        expect(lower).toBeLessThanOrEqual(errors / calls + 1e-12)
        expect(wilsonLower(errors * 10, calls * 10)).toBeGreaterThanOrEqual(lower - 1e-12)
      },
    ),
  )
})
