import fc from 'fast-check'
import { decodeLine, LINE_COLUMN_NAMES, lineFault } from '../../../collector/ingest/line.ts'
import { EMPTY_RECORD } from '../../../model/call.ts'
import { fittedRecord } from '../../../model/row.ts'
import { encodeLine } from '../../support/line.ts'
import { anyRecord, record } from '../../support/record.ts'

test('a line of the release before is read as the record it was made of', () => {
  fc.assert(
    fc.property(anyRecord, (any) => {
      const line = encodeLine(any).slice(0, -1)
      expect(lineFault(line)).toBeUndefined()
      const known = Object.entries(fittedRecord(any)).filter(([name]) => LINE_COLUMN_NAMES.includes(name))
      expect(decodeLine(line)).toEqual({ ...EMPTY_RECORD, ...Object.fromEntries(known) })
    }),
  )
})

const good = encodeLine(record()).slice(0, -1)
const put = (name: string, value: string) => {
  const fields = good.split('\t')
  fields[LINE_COLUMN_NAMES.indexOf(name)] = value
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
  ['source', 'a\u0001b'],
  ['source', 'caf\u00e9'],
  ['path', 'x'.repeat(4097)],
  ['path', 'lone\\'],
  ['path', 'lone\\n'],
  ['verdicts', "['a]"],
  ['attributes', "{'a'}"],
])('%s = %s is refused and the column is named', (name, value) => {
  expect(lineFault(put(name, value))).toMatch(new RegExp(`^${name}: `))
})

test('words that are not known are text', () => {
  expect(decodeLine(put('protocol', 'quic')).protocol).toBe('quic')
  expect(lineFault(put('protocol', 'quic'))).toBeUndefined()
})

test('a wrong number of fields is refused', () => {
  expect(lineFault(`${good}\tmore`)).toMatch(/fields/)
  expect(lineFault('')).toMatch(/fields/)
})
