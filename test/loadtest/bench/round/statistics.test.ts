import { median, percentile, ratios, spread } from '../../../../loadtest/bench/round/statistics.ts'

test('the median is the middle value, or the mean of the two middle ones', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  expect(median([])).toBeNaN()
})

test('the spread keeps the lowest and the highest', () => {
  expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 })
})

test('a ratio is taken within each round, so drift of the machine cancels', () => {
  // The machine became twice as slow between the rounds; the ratio of every round is one half.
  expect(ratios([10, 20, 40], [20, 40, 80])).toEqual([0.5, 0.5, 0.5])
  expect(ratios([1, 2, 3], [1, 2])).toHaveLength(2)
})

test('a percentile is the nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1)
  expect(percentile(hundred, 0.5)).toBe(50)
  expect(percentile(hundred, 0.99)).toBe(99)
  expect(percentile([7], 0.99)).toBe(7)
  expect(percentile([], 0.5)).toBeNaN()
})
