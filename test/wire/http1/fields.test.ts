import { FAULTS } from '../../../wire/http1/fault.ts'
import { FieldTable } from '../../../wire/http1/field-table.ts'
import { parseFields } from '../../../wire/http1/fields.ts'

function faultOf(text: string, response = false): string {
  const table = new FieldTable(response)
  table.reset()
  const bytes = Buffer.from(text, 'latin1')
  const stop = parseFields(bytes, 0, bytes.length, table, 100)
  return stop < 0 ? FAULTS[table.fault]!.name : stop === 0 ? 'more' : `length ${table.length}`
}

describe('Content-Length (Q3 to Q6)', () => {
  test.each([
    ['5', 'length 5'],
    ['0005', 'length 5'],
    ['\t5 ', 'length 5'],
    ['9007199254740991', 'length 9007199254740991'],
    ['9007199254740992', 'length_too_large'],
    ['99999999999999999999', 'length_too_large'],
    ['', 'length_invalid'],
    ['+5', 'length_invalid'],
    ['-5', 'length_invalid'],
    ['0x5', 'length_invalid'],
    ['5.0', 'length_invalid'],
    ['5abc', 'length_invalid'],
    ['1_0', 'length_invalid'],
    ['5 5', 'length_invalid'],
    ['5, 5', 'length_invalid'],
    ['\xa05', 'length_invalid'],
  ])('%j', (value, want) => {
    expect(faultOf(`Content-Length: ${value}\r\n\r\n`)).toBe(want)
  })

  test('twice: refused in a request, one in a response if they agree', () => {
    const twice = 'Content-Length: 5\r\nContent-Length: 5\r\n\r\n'
    expect(faultOf(twice)).toBe('length_repeated')
    expect(faultOf(twice, true)).toBe('length 5')
  })
})

describe('Transfer-Encoding (Q7, Q8)', () => {
  test.each([
    ['chunked', 'length -1'],
    ['CHUNKED', 'length -1'],
    ['\tchunked ', 'length -1'],
    ['gzip, chunked', 'coding_unknown'],
    ['chunked, chunked', 'coding_invalid'],
    ['identity', 'coding_invalid'],
    ['identity, chunked', 'coding_invalid'],
    ['xchunked', 'coding_invalid'],
    ['"chunked"', 'coding_invalid'],
    ['chunked;q=1', 'coding_invalid'],
    [',chunked', 'coding_invalid'],
    ['chunked,', 'coding_invalid'],
    ['', 'coding_invalid'],
    ['\xa0chunked', 'coding_invalid'],
  ])('%j', (value, want) => {
    expect(faultOf(`Transfer-Encoding: ${value}\r\n\r\n`)).toBe(want)
  })
})

test('names that are no tokens (Q15, Q16)', () => {
  expect(faultOf('X y: 1\r\n\r\n')).toBe('space_before_colon')
  expect(faultOf(': 1\r\n\r\n')).toBe('field_name')
  expect(faultOf('X\r\n\r\n')).toBe('field_name')
  expect(faultOf('X\x85: 1\r\n\r\n')).toBe('field_name')
  expect(faultOf('__proto__: 1\r\nX_y: 2\r\n\r\n')).toBe('length -1')
})
