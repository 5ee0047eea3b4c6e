import fc from 'fast-check'
import { FAULTS } from '../../../wire/http1/fault.ts'
import { FORM, isIdempotent, METHOD, parseRequest, RequestHead } from '../../../wire/http1/request.ts'
import { readCases } from '../cases.ts'

const LIMITS = { head_bytes_max: 16_384, head_fields_max: 100 }
const BODIES = ['none', 'length', 'chunked', 'close']

/** What the parser says of bytes, in the words of test/cases. */
function verdict(bytes: Buffer, limits = LIMITS): string {
  const head = new RequestHead()
  const stop = parseRequest(bytes, 0, bytes.length, head, limits)
  const text = (start: number, end: number) => bytes.toString('latin1', start, end)
  if (stop === 0) return 'more'
  if (stop < 0) return `refused: ${FAULTS[head.fault]!.name} ${FAULTS[head.fault]!.status}`
  const { fields } = head
  const dropped: string[] = []
  for (let field = 0; field < fields.count; field++) {
    const start = fields.starts[field]!
    if (fields.dropped[field] === 1) dropped.push(text(start, bytes.indexOf(':', start)))
  }
  const parts = [`method ${text(head.start, head.methodEnd)}`, `path ${text(head.pathStart, head.pathEnd)}`]
  parts.push(`body ${BODIES[head.body]}${head.length > 0 ? ` ${head.length}` : ''}`)
  if (head.persistent) parts.push('persistent')
  parts.push(`host ${text(fields.hostStart, fields.hostEnd)}`)
  if (head.form === FORM.absolute) parts.push(`authority ${text(head.authorityStart, head.authorityEnd)}`)
  if (!fields.canonical) parts.push('rewritten framing')
  if (dropped.length > 0) parts.push(`drops ${dropped.join(' ')}`)
  if (head.upgrade) parts.push('upgrade')
  return `accepted: ${parts.join(', ')}`
}

describe('request heads', () => {
  const cases = readCases('http1-requests.md')

  test('the file of cases is read', () => expect(cases.length).toBeGreaterThan(30))

  test.each(cases.map((one) => [one.title, one] as const))('%s', (_title, { bytes, want }) => {
    expect(verdict(bytes)).toBe(want)
  })

  test.each(cases.map((one) => [one.title, one] as const))(
    '%s: no cut changes the outcome',
    (_title, { bytes, want }) => {
      for (let cut = 1; cut < bytes.length; cut++) {
        // What came first is either not enough, or says already what the whole says.
        const early = verdict(bytes.subarray(0, cut))
        if (early !== 'more') expect(early).toBe(want)
      }
    },
  )

  test('limits: fields, head, and a request line that does not end', () => {
    const fields = (count: number) =>
      Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(count)}\r\n`)
    expect(verdict(fields(99))).toMatch(/^accepted/)
    expect(verdict(fields(100))).toBe('refused: fields_max 431')
    expect(verdict(Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(17_000)}\r\n\r\n`))).toBe(
      'refused: head_too_large 431',
    )
    expect(verdict(Buffer.from(`GET /${'y'.repeat(17_000)}`))).toBe('refused: target_too_long 414')
    expect(verdict(Buffer.from(`GET /${'y'.repeat(8000)} HTTP/1.1\r\nHost: a\r\n\r\n`))).toMatch(/^accepted/)
    expect(verdict(Buffer.from('M'.repeat(33)))).toBe('refused: method_too_long 501')
  })

  test('nothing throws on any bytes, and a refusal comes no later with more bytes', () => {
    const alphabet = fc.constantFrom(
      ...Buffer.from('GET /:\r\n\t Host0chunkedTransfer-Encoding,\x00\xff', 'latin1'),
    )
    fc.assert(
      fc.property(
        fc.array(alphabet, { maxLength: 120 }),
        fc.array(alphabet, { maxLength: 20 }),
        (first, more) => {
          const early = verdict(Buffer.from(first))
          const late = verdict(Buffer.from([...first, ...more]))
          if (early !== 'more') expect(late).toBe(early)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('an early refusal shows no offsets of the head before', () => {
    const head = new RequestHead()
    const good = Buffer.from('GET /long/path HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(parseRequest(good, 0, good.length, head, LIMITS)).toBe(good.length)
    expect(parseRequest(Buffer.from('\x00'), 0, 1, head, LIMITS)).toBe(-1)
    expect([head.methodEnd, head.pathStart, head.pathEnd]).toEqual([0, 0, 0])
  })

  test('methods that may be repeated (RFC 9110 9.2.2)', () => {
    expect([METHOD.get, METHOD.head, METHOD.put, METHOD.delete, METHOD.options].every(isIdempotent)).toBe(
      true,
    )
    expect([METHOD.other, METHOD.connect].some(isIdempotent)).toBe(false)
  })
})
