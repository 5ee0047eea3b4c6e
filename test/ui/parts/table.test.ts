import { orderOf, sortRows } from '../../../ui/parts/table.tsx'

const columns = [
  { id: 'name', title: 'Name', value: (row: { name: string; calls: number }) => row.name, cell: () => null },
  {
    id: 'calls',
    title: 'Calls',
    value: (row: { name: string; calls: number }) => row.calls,
    cell: () => null,
  },
]
const rows = [
  { name: 'b', calls: 10 },
  { name: 'a', calls: 9 },
]

test('an order is a column with a sign', () => {
  const fallback = { column: 'name', descending: false }
  expect(orderOf('', fallback)).toBe(fallback)
  expect(orderOf('-calls', fallback)).toEqual({ column: 'calls', descending: true })
})

test('numbers sort as numbers, an unknown column leaves the rows as they are', () => {
  const by = (text: string) =>
    sortRows(rows, columns, orderOf(text, { column: '', descending: false })).map((row) => row.name)
  expect(by('calls')).toEqual(['a', 'b'])
  expect(by('-calls')).toEqual(['b', 'a'])
  expect(by('nonsense')).toEqual(['b', 'a'])
})
