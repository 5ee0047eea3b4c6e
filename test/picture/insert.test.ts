import { insertInto } from '../../picture/insert.ts'
import { spacingFor } from '../../picture/spacing.ts'

const spacing = spacingFor(3)
const row = spacing.node_height + spacing.row_gap
const step = spacing.node_width + spacing.column_gap
const positions = { a: { x: 0, y: 0 }, b: { x: step, y: 0 } }

test('a new callee takes the free slot beside its siblings, in the column after its caller', () => {
  const placed = insertInto({ positions, spacing }, ['a', 'b', 'new'], [{ source: 'a', destination: 'new' }])
  expect(placed).toEqual({ ...positions, new: { x: step, y: -row } })
})

test('a new caller stands one column before what it calls', () => {
  const placed = insertInto({ positions, spacing }, ['a', 'b', 'new'], [{ source: 'new', destination: 'a' }])
  expect(placed['new']).toEqual({ x: -step, y: 0 })
})

test('new nodes that know only each other are placed one after the other', () => {
  const placed = insertInto(
    { positions, spacing },
    ['a', 'b', 'x', 'y'],
    [
      { source: 'x', destination: 'y' },
      { source: 'b', destination: 'x' },
    ],
  )
  expect(placed['x']).toEqual({ x: 2 * step, y: 0 })
  expect(placed['y']).toEqual({ x: 3 * step, y: 0 })
})
