import { descriptorsMax, parseLimits } from '../../../../loadtest/bench/process/descriptors.ts'

test('the hard limit is the second figure of its line', () => {
  const text =
    'Limit   Soft   Hard   Units\nMax open files            1024                 20000                files\n'
  expect(parseLimits(text)).toBe(20_000)
  expect(parseLimits('Max open files   1024   unlimited   files')).toBe(Number.POSITIVE_INFINITY)
})

test('this process may open files', () => {
  expect(descriptorsMax()).toBeGreaterThan(10)
})
