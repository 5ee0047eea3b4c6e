import fc from 'fast-check'
import { TEXT_BYTES_MAX } from '../../../model/column.ts'
import { fitted } from '../../../model/row.ts'
import { LENGTH_BYTES_MAX, writeText } from '../../../tap-proxy/ship/text-column.ts'

const out = Buffer.alloc(LENGTH_BYTES_MAX + TEXT_BYTES_MAX + 4)

function written(text: string, max = TEXT_BYTES_MAX): string {
  out.fill(0)
  const bytes = Buffer.from(`..${text}..`)
  const end = writeText(out, 0, bytes, 2, bytes.length - 2, max)
  const long = out[0]! >= 0x80
  const length = long ? (out[0]! & 0x7f) | (out[1]! << 7) : out[0]!
  const start = long ? 2 : 1
  expect(end).toBe(start + length)
  return out.toString('latin1', start, end)
}

test('bytes become the text that model/row.ts makes of them', () => {
  const text = fc.string({ unit: 'binary', maxLength: 3000 }).filter((value) => value.isWellFormed())
  fc.assert(
    fc.property(
      fc.oneof(text, fc.webPath(), fc.constant('x'.repeat(127)), fc.constant('x'.repeat(128))),
      (value) => expect(written(value)).toBe(fitted(value, TEXT_BYTES_MAX)),
    ),
  )
})

test.each([4, 5, 6, 7, 8, 9, 10])('a cut may fall inside an escape (%d bytes before the limit)', (gap) => {
  const value = `${'a'.repeat(TEXT_BYTES_MAX - gap)}\n\n\n`
  expect(written(value)).toBe(fitted(value, TEXT_BYTES_MAX))
})

test('short limits hold as well', () => {
  expect(written('abcdefgh', 6)).toBe('a[cut]')
  expect(written('', 6)).toBe('')
})
