import fc from 'fast-check'
import { frameHead, readFrames } from '../../../collector/ingest/frame.ts'

const framed = (payloads: readonly Buffer[]): Buffer =>
  Buffer.concat(payloads.flatMap((payload) => [frameHead([payload]), payload]))
const payload = fc
  .string({ unit: 'grapheme-ascii', maxLength: 200 })
  .map((text) => Buffer.from(text, 'latin1'))

test('reads back what was written', () => {
  fc.assert(
    fc.property(fc.array(payload, { maxLength: 10 }), (payloads) => {
      const { payloads: found, damaged } = readFrames(framed(payloads))
      expect(found.map(String)).toEqual(payloads.map(String))
      expect(damaged).toBe(0)
    }),
  )
})

test('a torn tail costs the last frame only, and is counted', () => {
  const whole = framed([Buffer.from('one'), Buffer.from('two'), Buffer.from('three')])
  for (let length = whole.length - 1; length > whole.length - 17; length--) {
    const { payloads, damaged } = readFrames(whole.subarray(0, length))
    expect(payloads.map(String)).toEqual(['one', 'two'])
    expect(damaged).toBe(1)
  }
})

test('changed bytes cost the frames they hit and no other, and never throw', () => {
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(fc.array(payload, { minLength: 1, maxLength: 8 }), edits, (payloads, changes) => {
      const bytes = framed(payloads)
      const starts = payloads.map((_, index) => framed(payloads.slice(0, index)).length)
      const hit = new Set<number>()
      for (const [at, byte] of changes) {
        const place = at % bytes.length
        if (bytes[place] === byte) continue
        bytes[place] = byte
        hit.add(starts.findLastIndex((start) => start <= place))
      }
      const spared = payloads.filter((_, index) => !hit.has(index)).map(String)
      const found = readFrames(bytes)
      // A frame may survive an edit that another one undoes, so: at least the spared ones, in order.
      let next = 0
      for (const text of found.payloads.map(String)) if (text === spared[next]) next++
      expect(next).toBe(spared.length)
      if (found.payloads.length < payloads.length) expect(found.damaged).toBeGreaterThan(0)
    }),
    { numRuns: 500 },
  )
})

test('any bytes at all are read without an error', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readFrames(Buffer.from(bytes))))
})
