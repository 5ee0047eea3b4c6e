import { AUDIT_ACTIONS } from '../../model/enforcement.ts'

test('actions of the audit are single words, which a column, a line and a page can hold', () => {
  for (const action of AUDIT_ACTIONS) expect(action).toMatch(/^[a-z]+(?:-[a-z]+)?$/)
  expect(new Set(AUDIT_ACTIONS).size).toBe(AUDIT_ACTIONS.length)
})
