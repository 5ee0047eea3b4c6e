import type { Bench } from '../../../../loadtest/bench/round/measure.ts'
import { interleave } from '../../../../loadtest/bench/round/rounds.ts'

test('subjects take turns within each round after one warm-up each', async () => {
  const order: string[] = []
  const bench = { options: { rounds: 2 }, say: () => {} } as unknown as Bench
  const readings = await interleave(
    bench,
    [{ name: 'a' }, { name: 'b' }],
    async ({ name }, round) => {
      order.push(`${name}${round}`)
      return { cost_us: name === 'a' ? round : 10 + round }
    },
    async ({ name }) => order.push(`warm ${name}`),
  )
  expect(order).toEqual(['warm a', 'warm b', 'a0', 'b0', 'a1', 'b1'])
  expect(readings).toEqual([
    { subject: 'a', quantity: 'cost_us', rounds: [0, 1] },
    { subject: 'b', quantity: 'cost_us', rounds: [10, 11] },
  ])
})
