import { FILL_NETWORK, fillStatements, SLICE_ROWS } from '../../../../loadtest/bench/traffic/fill.ts'
import { COLUMNS } from '../../../../model/column.ts'

const plan = { rows: 2 * SLICE_ROWS + 10, from_s: 1_760_000_000, to_s: 1_760_604_800, seed: 1 }
const statements = fillStatements('tapmesh.calls', plan)

test('each slice is one insert under its own token, and together they are all rows', () => {
  expect(statements).toHaveLength(3)
  const tokens = statements.map((text) => /insert_deduplication_token = '([^']+)'/.exec(text)?.[1])
  expect(new Set(tokens).size).toBe(3)
  const rows = statements.map((text) => Number(/numbers\([0-9]+, ([0-9]+)\)/.exec(text)?.[1]))
  expect(rows.reduce((sum, count) => sum + count, 0)).toBe(plan.rows)
})

test('only columns of the call record are named', () => {
  const known = COLUMNS.map(({ name }) => name as string)
  const named = /INSERT INTO tapmesh\.calls \(([^)]+)\)/.exec(statements[0]!)![1]!.split(', ')
  expect(named.filter((name) => !known.includes(name))).toEqual([])
})

test('all edges of the network are in it', () => {
  expect(statements[0]).toContain(`* ${FILL_NETWORK.edges}))`)
})
