import { FAULT, FAULTS } from '../../../wire/http1/fault.ts'

test('every number leads to its own entry', () => {
  expect(FAULTS).toHaveLength(Object.keys(FAULT).length)
  for (const [name, id] of Object.entries(FAULT)) expect(FAULTS[id]!.name).toBe(name)
})

test('every fault has a rule and an error status', () => {
  for (const { rule, status } of FAULTS.slice(1)) {
    expect(rule).toMatch(/^[QS]\d+$/)
    expect(status).toBeGreaterThanOrEqual(400)
  }
})
