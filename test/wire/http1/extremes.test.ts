import fc from 'fast-check'
import { FAULT } from '../../../wire/http1/fault.ts'
import { FIELDS_CAP } from '../../../wire/http1/field-table.ts'
import { parseRequest, RequestHead } from '../../../wire/http1/request.ts'
import { parseResponse, ResponseHead } from '../../../wire/http1/response.ts'

/** Settings at their ends and beyond: the parser's tables have one size, whatever it is told. */

const names = ['X', 'Connection', 'Host', 'Content-Length', 'traceparent', 'TE', 'Upgrade']
const anyLimits = fc.record({
  head_bytes_max: fc.constantFrom(1, 64, 16_384, 2 ** 31, Number.MAX_SAFE_INTEGER),
  head_fields_max: fc.constantFrom(0, 1, 999, 1000, 1001, 10_000, 2 ** 31),
})

function headOf(count: number, name: string, line: string): Buffer {
  const fields = Array.from(
    { length: count },
    (_, index) => `${name}${index % 7 === 0 ? '' : index}: X${index}\r\n`,
  )
  return Buffer.from(`${line}\r\nHost: a\r\n${fields.join('')}\r\n`)
}

test.each([false, true])('any number of fields under any limits (watching: %s)', (watching) => {
  const request = new RequestHead(watching)
  const response = new ResponseHead(watching)
  fc.assert(
    fc.property(
      fc.constantFrom(0, 1, 99, 100, 998, 999, 1000, 1001, 1500, 4000),
      fc.constantFrom(...names),
      anyLimits,
      (count, name, limits) => {
        const asked = headOf(count, name, 'GET / HTTP/1.1')
        const answered = headOf(count, name, 'HTTP/1.1 200 OK')
        for (const [head, parse] of [
          [request, () => parseRequest(asked, 0, asked.length, request, limits)],
          [response, () => parseResponse(answered, 0, answered.length, response, limits, false)],
        ] as const) {
          const stop = parse()
          const { fields } = head
          expect(fields.count).toBeLessThanOrEqual(FIELDS_CAP)
          for (let field = 0; field <= fields.count; field++)
            expect(fields.starts[field]).toBeGreaterThanOrEqual(0)
          if (count > FIELDS_CAP) expect(stop).toBe(-1)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('one field too many is refused, not written past the table', () => {
  const head = new RequestHead()
  const bytes = headOf(FIELDS_CAP, 'X', 'GET / HTTP/1.1')
  expect(
    parseRequest(bytes, 0, bytes.length, head, { head_bytes_max: 2 ** 31, head_fields_max: 10_000 }),
  ).toBe(-1)
  expect(head.fault).toBe(FAULT.fields_max)
})
