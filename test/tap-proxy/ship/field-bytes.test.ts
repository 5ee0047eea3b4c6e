import fc from 'fast-check'
import { writePadded, writeText, writeUint } from '../../../tap-proxy/ship/field-bytes.ts'

const out = Buffer.alloc(64)
const digits = (value: number) => out.toString('latin1', 0, writeUint(out, 0, value))

describe('field bytes', () => {
  test('whole numbers are written as String does', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (value) => expect(digits(value)).toBe(String(value))))
    for (const value of [0, 9, 10, 99, 999_999_999, 1e9, 2 ** 31, 2 ** 53 - 1])
      expect(digits(value)).toBe(String(value))
  })

  test('what is no whole number still gives one', () => {
    expect([-5, Number.NaN, 1.9, 1e300].map(digits)).toEqual(['0', '0', '1', String(Number.MAX_SAFE_INTEGER)])
  })

  test('padding', () => expect(out.toString('latin1', 0, writePadded(out, 0, 42, 6))).toBe('000042'))

  test('control bytes never stand raw', () => {
    const from = Buffer.from('a\tb\nc\\\u001b')
    expect(out.toString('latin1', 0, writeText(out, 0, from, 0, from.length, 50))).toBe(
      'a\\\\x09b\\\\x0ac\\\\x5c\\\\x1b',
    )
  })
})
