import { randomBytes } from 'node:crypto'
import { createSampler } from '../../../export/otlp/sample.ts'

const digits = (id: string) => Buffer.from(id, 'latin1')
const R = (low: string) => digits(`${'0'.repeat(18)}${low}`)

test('takes a trace where the last 56 bits reach the threshold of OpenTelemetry', () => {
  const half = createSampler(0.5)
  expect(half(R('7fffffffffffff'), 0)).toBe(false)
  expect(half(R('80000000000000'), 0)).toBe(true)
  const quarter = createSampler(0.25)
  expect(quarter(R('bfffffffffffff'), 0)).toBe(false)
  expect(quarter(R('c0000000000000'), 0)).toBe(true)
  expect(createSampler(1)(R('00000000000000'), 0)).toBe(true)
  expect(createSampler(0)(R('ffffffffffffff'), 0)).toBe(false)
})

test('a trace that a small share takes every larger share takes too', () => {
  const [small, large] = [createSampler(0.01), createSampler(0.1)]
  let [few, more] = [0, 0]
  for (let index = 0; index < 20_000; index++) {
    const id = digits(`..${randomBytes(16).toString('hex')}`)
    if (small(id, 2)) {
      few++
      expect(large(id, 2)).toBe(true)
    }
    if (large(id, 2)) more++
  }
  // Five standard deviations around the shares of 20,000.
  expect(Math.abs(few - 200)).toBeLessThan(71)
  expect(Math.abs(more - 2000)).toBeLessThan(213)
})
