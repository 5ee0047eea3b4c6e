import { HeadBuffer } from '../../../protocol/http1/head-buffer.ts'

const text = (head: HeadBuffer): string => head.bytes.toString('latin1', 0, head.length)

test('keeps a copy and grows by pieces', () => {
  const bytes = Buffer.from('-GET /-')
  const head = new HeadBuffer(bytes, 1, 6)
  bytes.fill(0)
  head.append(Buffer.from('abc HTTP'), 0, 3, 16_384)
  expect(text(head)).toBe('GET /abc')
})

test('a long head that trickles in is worth parsing only when a line ends or it is full', () => {
  const head = new HeadBuffer(Buffer.alloc(600, 'a'), 0, 600)
  head.append(Buffer.from('b'), 0, 1, 16_384)
  expect(head.worth).toBe(false)
  head.append(Buffer.from('\n'), 0, 1, 16_384)
  expect(head.worth).toBe(true)
  head.append(Buffer.alloc(16_000, 'a'), 0, 16_000, 16_384)
  expect(head.worth).toBe(true)
})

test('a short one is always parsed again, so that garbage is refused at once', () => {
  const head = new HeadBuffer(Buffer.from('G'), 0, 1)
  head.append(Buffer.from('E'), 0, 1, 16_384)
  expect(head.worth).toBe(true)
})
