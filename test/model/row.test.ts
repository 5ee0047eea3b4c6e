import fc from 'fast-check'
import { COLUMNS } from '../../model/column.ts'
import { decodeRow, encodeRow, printable, rowFault } from '../../model/row.ts'
import { anyRecord, record } from '../support/record.ts'

test('a row is one line of printable ASCII with as many fields as there are columns, whatever the record holds', () => {
  fc.assert(
    fc.property(anyRecord, (any) => {
      const line = encodeRow(any)
      expect(line).toMatch(/^[\x20-\x7e\t]*\n$/)
      expect(line.split('\t')).toHaveLength(COLUMNS.length)
      expect(rowFault(line.slice(0, -1))).toBeUndefined()
    }),
  )
})

test('decoding gives back what was encoded, once its texts are printable', () => {
  fc.assert(
    fc.property(anyRecord, (any) => {
      const once = decodeRow(encodeRow(any))
      expect(encodeRowOfPrintable(once)).toBe(encodeRow(any))
    }),
  )
})

/** Printable texts hold `\xNN` already, so encoding them again must not escape the backslash twice. */
function encodeRowOfPrintable(once: ReturnType<typeof decodeRow>): string {
  const raw = JSON.parse(JSON.stringify(once), (_key, value) =>
    typeof value === 'string' ? unprintable(value) : value,
  )
  raw.attributes = Object.fromEntries(
    Object.entries(once.attributes).map(([k, v]) => [unprintable(k), unprintable(v)]),
  )
  return encodeRow(raw)
}

function unprintable(value: string): string {
  const bytes: number[] = []
  for (let i = 0; i < value.length; i++) {
    if (value[i] === '\\' && value[i + 1] === 'x') {
      bytes.push(Number.parseInt(value.slice(i + 2, i + 4), 16))
      i += 3
    } else bytes.push(value.charCodeAt(i))
  }
  return new TextDecoder().decode(Uint8Array.from(bytes))
}

test('control bytes, escapes and line ends of a name can not leave their field', () => {
  const line = encodeRow(record({ path: '/a\tb\nc\r\u001b[2J\\N', source: 'evil\u0000' }))
  expect(line.split('\n')).toHaveLength(2)
  expect(line).toContain('/a\\\\x09b\\\\x0ac\\\\x0d\\\\x1b[2J\\\\x5cN')
  expect(printable('é')).toBe('\\xc3\\xa9')
})

test('a value past its longest length is cut and says so', () => {
  const line = encodeRow(record({ path: `/${'x'.repeat(5000)}` }))
  expect(decodeRow(line).path).toHaveLength(2048)
  expect(decodeRow(line).path).toMatch(/\[cut\]$/)
})

const good = encodeRow(record()).slice(0, -1)
const put = (name: string, value: string) => {
  const fields = good.split('\t')
  fields[COLUMNS.findIndex((column) => column.name === name)] = value
  return fields.join('\t')
}

test.each([
  ['duration_us', '-1'],
  ['duration_us', '1.5'],
  ['duration_us', '9007199254740992'],
  ['duration_us', '007'],
  ['attempt', '256'],
  ['tap_us', '4294967296'],
  ['ts', '1790000000'],
  ['trace_id', 'ABCDEF'],
  ['span_id', ''],
  ['reporter', 'somebody'],
  ['outcome', ''],
  ['source', 'a\u0001b'],
  ['source', 'caf\u00e9'],
  ['path', 'x'.repeat(4097)],
  ['path', 'lone\\'],
  ['path', 'lone\\n'],
  ['verdicts', "['a]"],
  ['attributes', "{'a'}"],
])('%s = %s is refused and the column is named', (name, value) => {
  expect(rowFault(put(name, value))).toMatch(new RegExp(`^${name}: `))
})

test('a wrong number of fields is refused', () => {
  expect(rowFault(`${good}\tmore`)).toMatch(/fields/)
  expect(rowFault('')).toMatch(/fields/)
})
