import fc from 'fast-check'
import { FAULTS } from '../../../wire/http1/fault.ts'
import { parseResponse, ResponseHead } from '../../../wire/http1/response.ts'
import { readCases } from '../cases.ts'

const LIMITS = { head_bytes_max: 65_536, head_fields_max: 200 }
const BODIES = ['none', 'length', 'chunked', 'close']

function verdict(bytes: Buffer, headOnly = false): string {
  const head = new ResponseHead()
  const stop = parseResponse(bytes, 0, bytes.length, head, LIMITS, headOnly)
  if (stop === 0) return 'more'
  if (stop < 0) return `refused: ${FAULTS[head.fault]!.name}`
  const length = head.body === 1 ? ` ${head.length}` : ''
  return `accepted: status ${head.status}, body ${BODIES[head.body]}${length}${head.persistent ? ', persistent' : ''}`
}

describe('response heads', () => {
  const cases = readCases('http1-responses.md')

  test('the file of cases is read', () => expect(cases.length).toBeGreaterThan(14))

  test.each(cases.map((one) => [one.title, one] as const))('%s', (title, { bytes, want }) => {
    const headOnly = title.startsWith('HEAD')
    expect(verdict(bytes, headOnly)).toBe(want)
    for (let cut = 1; cut < bytes.length; cut++) {
      const early = verdict(bytes.subarray(0, cut), headOnly)
      if (early !== 'more') expect(early).toBe(want)
    }
  })

  test('limits (S12)', () => {
    expect(verdict(Buffer.from(`HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(201)}\r\n`))).toBe(
      'refused: fields_max',
    )
    expect(verdict(Buffer.from(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(70_000)}`))).toBe(
      'refused: head_too_large',
    )
  })

  test('nothing throws on any bytes (S9)', () => {
    const alphabet = fc.constantFrom(...Buffer.from('HTTP/1. 0239:\r\n\tContent-Length\x00\xff', 'latin1'))
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 100 }), (tail) => {
        verdict(Buffer.concat([Buffer.from('HTTP/1.1 '), Buffer.from(tail)]))
        verdict(Buffer.from(tail))
      }),
      { numRuns: 2000 },
    )
  })
})
