import fc from 'fast-check'
import { bucketOf, countAbove, mergeHistogram, quantile } from '../../model/histogram.ts'

const histogramOf = (values: number[]) => {
  const buckets = new Map<number, number>()
  for (const value of values) buckets.set(bucketOf(value), (buckets.get(bucketOf(value)) ?? 0) + 1)
  return buckets
}

test('a quantile is off by less than one bucket (4.5 %) from the exact one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1, maxLength: 300 }),
      fc.constantFrom(0.5, 0.95, 0.99),
      (values, q) => {
        const sorted = [...values].sort((left, right) => left - right)
        const exact = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!
        const estimate = quantile(histogramOf(values), q)
        expect(Math.abs(Math.log2(estimate / exact))).toBeLessThanOrEqual(1 / 16 + 1e-9)
      },
    ),
  )
})

test('merging histograms is the histogram of all values', () => {
  const left = [1, 50, 3000]
  const right = [50, 70_000]
  expect(mergeHistogram(histogramOf(left), histogramOf(right))).toEqual(histogramOf([...left, ...right]))
})

test('values above a threshold are off by at most those of its bucket', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 10_000_000 }), { maxLength: 300 }),
      fc.integer({ min: 1, max: 10_000_000 }),
      (values, threshold) => {
        const exact = values.filter((value) => value > threshold).length
        const near = values.filter((value) => bucketOf(value) === bucketOf(threshold)).length
        expect(Math.abs(countAbove(histogramOf(values), threshold) - exact)).toBeLessThanOrEqual(near + 1e-9)
      },
    ),
  )
})

test('no calls have no quantile; a zero duration counts as one microsecond', () => {
  expect(quantile(new Map(), 0.99)).toBe(0)
  expect(bucketOf(0)).toBe(0)
})
