import { COLUMNS } from '../../model/column.ts'
import { record } from '../support/record.ts'

test('every field of the call record has one column, a type and one sentence', () => {
  expect(COLUMNS.map((column) => column.name).sort()).toEqual(Object.keys(record()).sort())
  for (const column of COLUMNS) {
    expect(column.sentence).toMatch(/^[A-Z0-9a-z].*\.$/)
    expect(column.kind === 'enum').toBe(column.values !== undefined)
  }
})
