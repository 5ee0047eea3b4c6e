import fc from 'fast-check'
import { readBlocks } from '../../model/block-reader.ts'
import { COLUMNS } from '../../model/column.ts'
import { encodeFitted, encodeRows, fittedRecord, printable } from '../../model/row.ts'
import { anyRecord, record } from '../support/record.ts'

test('what is encoded comes back, its texts printable, whatever the records hold', () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 5 }), (records) => {
      const blocks = readBlocks(encodeRows(records))
      const read = blocks.flatMap((block) =>
        Array.from({ length: block.rows }, (_, row) => block.record(row)),
      )
      expect(blocks.every(({ faults, storable }) => faults.size === 0 && storable)).toBe(true)
      expect(read).toEqual(records.map(fittedRecord))
      expect(readBlocks(encodeFitted(read)).length).toBe(records.length === 0 ? 0 : 1)
    }),
  )
})

test('every text of a record is printable ASCII and within its bounds', () => {
  fc.assert(
    fc.property(anyRecord, (any) => {
      const fit = fittedRecord(any)
      for (const { name, max } of COLUMNS) {
        const value = fit[name]
        if (typeof value === 'number') expect(value).toBeLessThanOrEqual(max)
        else expect(JSON.stringify(value)).toMatch(/^[\x20-\x7e]*$/)
      }
    }),
  )
})

test('a byte that is not printable, and the backslash, are written in hex', () => {
  expect(printable('é\n\\')).toBe('\\xc3\\xa9\\x0a\\x5c')
  expect(fittedRecord(record({ source: 'evil\u0000' })).source).toBe('evil\\x00')
})

test('a value past its longest length is cut and says so; of a list the first elements stay', () => {
  const fit = fittedRecord(
    record({ path: `/${'x'.repeat(5000)}`, verdicts: ['a'.repeat(2000), 'b'.repeat(100)] }),
  )
  expect(fit.path).toHaveLength(2048)
  expect(fit.path).toMatch(/\[cut\]$/)
  expect(fit.verdicts).toEqual(['a'.repeat(2000)])
})

test('numbers out of bounds become the nearest that is not', () => {
  const fit = fittedRecord(record({ attempt: 300, tap_us: -1, duration_us: Number.NaN, ttfb_us: 2 ** 60 }))
  expect([fit.attempt, fit.tap_us, fit.duration_us, fit.ttfb_us]).toEqual([
    255,
    0,
    0,
    Number.MAX_SAFE_INTEGER,
  ])
})
