import type { MetricFamily } from '../../../model/metric.ts'
import { counted, familiesOfSamples, sampled, sumFamilies } from '../../../tap-proxy/process/sum-families.ts'

const family = (
  name: string,
  type: MetricFamily['type'],
  values: Record<string, number>,
  merge?: MetricFamily['merge'],
): MetricFamily => ({
  name,
  type,
  help: name,
  ...(merge ? { merge } : {}),
  samples: () => Object.entries(values).map(([route, value]) => ({ labels: { route }, value })),
})

test('samples of the same labels become one as their family says, others stay side by side', () => {
  const one = sampled([family('calls', 'counter', { a: 1, b: 2 }), family('age', 'gauge', { a: 5 }, 'max')])
  const other = sampled([
    family('calls', 'counter', { b: 3, c: 4 }),
    family('age', 'gauge', { a: 3 }, 'max'),
    family('end', 'gauge', { a: 9 }, 'min'),
  ])
  const sums = familiesOfSamples(sumFamilies([one, other, other]))
  expect(
    Object.fromEntries(sums.map(({ name, samples }) => [name, samples().map(({ value }) => value)])),
  ).toEqual({
    calls: [1, 8, 8],
    age: [5],
    end: [9],
  })
})

test('a process that has ended leaves what it counted, and no gauge', () => {
  const left = counted(sampled([family('calls', 'counter', { a: 1 }), family('open', 'gauge', { a: 7 })]))
  expect(left.map(({ name }) => name)).toEqual(['calls'])
})
