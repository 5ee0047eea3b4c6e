import { normal, seeded } from '../../../../loadtest/bench/traffic/random.ts'

test('the same seed gives the same numbers, another seed others, all in [0, 1)', () => {
  const take = (seed: number) => {
    const random = seeded(seed)
    return Array.from({ length: 1000 }, () => random())
  }
  expect(take(1)).toEqual(take(1))
  expect(take(1)).not.toEqual(take(2))
  expect(take(3).every((value) => value >= 0 && value < 1)).toBe(true)
  const mean = take(4).reduce((sum, value) => sum + value, 0) / 1000
  expect(mean).toBeGreaterThan(0.45)
  expect(mean).toBeLessThan(0.55)
})

test('normal numbers have mean 0 and deviation 1, roughly', () => {
  const random = seeded(5)
  const values = Array.from({ length: 5000 }, () => normal(random))
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const square = values.reduce((sum, value) => sum + value * value, 0) / values.length
  expect(Math.abs(mean)).toBeLessThan(0.06)
  expect(Math.abs(square - 1)).toBeLessThan(0.1)
})
