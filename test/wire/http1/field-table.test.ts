import { dropFields, FieldTable } from '../../../wire/http1/field-table.ts'
import { parseFields } from '../../../wire/http1/fields.ts'
import { NAMES } from '../../../wire/http1/names.ts'

function parse(text: string, table = new FieldTable(false)): { bytes: Buffer; table: FieldTable } {
  const bytes = Buffer.from(text, 'latin1')
  table.reset()
  expect(parseFields(bytes, 0, bytes.length, table, 100)).toBe(bytes.length)
  return { bytes, table }
}

function kept(bytes: Buffer, table: FieldTable): string[] {
  return Array.from({ length: table.count }, (_, field) => field)
    .filter((field) => table.dropped[field] === 0)
    .map((field) => bytes.toString('latin1', table.starts[field]!, table.starts[field + 1]! - 2))
}

test('fields that Connection names go, wherever they stand', () => {
  const { bytes, table } = parse('X-A: 1\r\nConnection: x-a, x-b\r\nX-C: 3\r\nx-B: 2\r\n\r\n')
  expect(kept(bytes, table)).toEqual(['X-C: 3'])
})

test('framing and routing cannot be named away', () => {
  const { bytes, table } = parse('Connection: host, content-length\r\nHost: a\r\nContent-Length: 1\r\n\r\n')
  expect(kept(bytes, table)).toEqual(['Host: a', 'Content-Length: 1'])
})

test('all fields of a name are dropped together', () => {
  const { bytes, table } = parse('tracestate: a=1\r\nX: y\r\nTraceState: b=2\r\n\r\n')
  dropFields(bytes, NAMES.tracestate, table)
  expect(kept(bytes, table)).toEqual(['X: y'])
})

test('a table used again remembers nothing', () => {
  const { table } = parse(
    'Connection: close, x\r\nContent-Length: 5\r\nExpect: 100-continue\r\nHost: a\r\n\r\n',
  )
  const second = parse('X: y\r\n\r\n', table)
  expect(kept(second.bytes, table)).toEqual(['X: y'])
  expect(second.table).toMatchObject({
    close: false,
    lengths: 0,
    length: -1,
    hosts: 0,
    expectContinue: false,
    anyDropped: false,
    namesOthers: false,
  })
})
