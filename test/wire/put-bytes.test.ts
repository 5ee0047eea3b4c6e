import { putBytes } from '../../wire/put-bytes.ts'

test.each([0, 1, 48, 49, 300])('%i bytes stand where they are put, and nothing else changes', (length) => {
  const from = Buffer.alloc(length, 7)
  const out = Buffer.alloc(400, 1)
  expect(putBytes(out, 50, from)).toBe(50 + length)
  expect(out.equals(Buffer.concat([Buffer.alloc(50, 1), from, Buffer.alloc(350 - length, 1)]))).toBe(true)
})
