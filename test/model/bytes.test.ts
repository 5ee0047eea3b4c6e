import fc from 'fast-check'
import { Bytes } from '../../model/bytes.ts'

test('numbers of every width are little end first, and memory grows as it must', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat(), { maxLength: 50 }), (values) => {
      const out = new Bytes(new Uint8Array(1))
      for (const value of values) out.uint(value, 8)
      const read = Buffer.from(out.written)
      expect(values.map((_, index) => Number(read.readBigUInt64LE(index * 8)))).toEqual(values)
    }),
  )
  const out = new Bytes()
  out.uint(0x0102, 2)
  out.uint(0xfffefdfc, 4)
  out.uint(7, 1)
  expect([...out.written]).toEqual([2, 1, 0xfc, 0xfd, 0xfe, 0xff, 7])
})

test('a text has its length in front, as many bytes as it takes', () => {
  const out = new Bytes()
  out.text('ab')
  out.text('x'.repeat(300))
  expect([...out.written.subarray(0, 6)]).toEqual([2, 0x61, 0x62, 0xac, 2, 0x78])
  expect(out.end).toBe(3 + 302)
})
