import { TraceIds } from '../../wire/trace-ids.ts'

test('the same seed gives the same ids, another seed others', () => {
  const write = (seed: number[]) => {
    const out = Buffer.alloc(32)
    new TraceIds(Uint32Array.from(seed)).write(out, 0, 32)
    return out.toString()
  }
  expect(write([1, 2, 3, 4])).toBe(write([1, 2, 3, 4]))
  expect(write([1, 2, 3, 4])).not.toBe(write([1, 2, 3, 6]))
})

test('ids are lower-case hex, do not repeat, and every digit occurs everywhere', () => {
  const ids = new TraceIds(Uint32Array.of(0xdeadbeef, 0x12345678, 0x9abcdef0, 0x0fedcba9))
  const seen = new Set<string>()
  const digits = Array.from({ length: 16 }, () => new Set<string>())
  const out = Buffer.alloc(16)
  for (let count = 0; count < 5000; count++) {
    ids.write(out, 0, 16)
    const id = out.toString()
    expect(id).toMatch(/^[0-9a-f]{16}$/)
    seen.add(id)
    for (let at = 0; at < 16; at++) digits[at]!.add(id[at]!)
  }
  expect(seen.size).toBe(5000)
  for (const set of digits) expect(set.size).toBe(16)
})

test('a seed of zeros does not stick at zero', () => {
  const out = Buffer.alloc(16)
  const ids = new TraceIds(new Uint32Array(4))
  for (let count = 0; count < 3; count++) {
    ids.write(out, 0, 16)
    expect(out.toString()).not.toBe('0'.repeat(16))
  }
})
