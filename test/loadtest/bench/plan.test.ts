import { MEASURES } from '../../../loadtest/bench/plan.ts'
import { TARGETS } from '../../../loadtest/bench/targets.ts'

test('names are distinct, and each measure says what it does', () => {
  expect(new Set(MEASURES.map(({ name }) => name)).size).toBe(MEASURES.length)
  for (const { name, title, explanation } of MEASURES) {
    expect(name).toMatch(/^[a-z0-9-]+$/)
    expect(title.length).toBeGreaterThan(5)
    expect(explanation.length).toBeGreaterThan(20)
  }
})

test('every target names a measure that exists', () => {
  const names = MEASURES.map(({ name }) => name)
  const lost = TARGETS.filter(({ measure }) => !names.includes(measure)).map(({ text }) => text)
  expect(lost).toEqual([])
})
