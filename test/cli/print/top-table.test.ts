import { sortTop, topTable } from '../../../cli/print/top-table.ts'
import { createStyle } from '../../../cli/terminal/style.ts'
import type { TopRow } from '../../../graph-api/contract.ts'

const row = (more: Partial<TopRow>): TopRow => ({
  source: '',
  destination: 'cart',
  method: '',
  route: '',
  status: '',
  response_flags: '',
  calls: 10,
  errors: 0,
  rate: 1,
  error_rate: 0,
  p50_us: 1000,
  p95_us: 2000,
  p99_us: 3000,
  ...more,
})

test('rows sort by any column, highest first', () => {
  const rows = [row({ destination: 'a', p99_us: 5 }), row({ destination: 'b', p99_us: 9, errors: 1 })]
  expect(sortTop(rows, 'p99').map(({ destination }) => destination)).toEqual(['b', 'a'])
  expect(sortTop(rows, 'errors')[0]!.destination).toBe('b')
  expect(sortTop(rows, 'calls')).toEqual(rows)
})

test('statuses, failures and slow calls are coloured, the sorted column is marked', () => {
  const style = createStyle(true)
  const rows = [
    row({ status: '200' }),
    row({ status: '404' }),
    row({ status: 'timeout', response_flags: 'UT', errors: 10, error_rate: 1, p99_us: 1_500_000 }),
  ]
  const [head, ok, client, failed] = topTable(rows, { by: 'status', sort: 'errors' }, style, 120)
  expect(head).toContain('errors v')
  expect(ok).toMatch(/\u001b\[32m200/)
  expect(client).toMatch(/\u001b\[33m404/)
  expect(failed).toMatch(/\u001b\[31mtimeout/)
  expect(failed).toMatch(/\u001b\[31m +100 %/)
  expect(failed).toMatch(/\u001b\[33m +1\.5 s/)
})
