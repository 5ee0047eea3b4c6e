import fc from 'fast-check'
import { OUTCOMES, REPORTERS, SOURCE_EVIDENCE } from '../../../model/call.ts'
import { decodeRow, encodeRow, rowFault } from '../../../model/row.ts'
import type { CallParties } from '../../../protocol/call-draft.ts'
import { RouteTable } from '../../../protocol/route/route-table.ts'
import { ROW_BYTES_MAX, RowWriter } from '../../../tap-proxy/ship/row-writer.ts'
import { draftOf, PARTIES, wholeRecordOf } from '../support/draft.ts'

const TAP = 'orders@host\\1'
const out = Buffer.alloc(ROW_BYTES_MAX)
const text = (maxLength: number) =>
  fc.string({ unit: 'binary', maxLength }).filter((value) => value.isWellFormed())
const parties: fc.Arbitrary<CallParties> = fc.record({
  reporter: fc.constantFrom(...REPORTERS),
  source: text(300),
  source_instance: text(20),
  source_zone: text(20),
  source_identity: text(20),
  source_evidence: fc.constantFrom(...SOURCE_EVIDENCE),
  destination: text(20),
  destination_instance: text(20),
  destination_zone: text(20),
  destination_version: text(20),
  protocol: fc.constantFrom('http' as const, 'opaque' as const),
  security: fc.constantFrom('plaintext' as const, 'mtls' as const),
})
const draft = fc
  .record({
    ts: fc.nat({ max: 2 ** 51 }),
    duration_us: fc.maxSafeNat(),
    ttfb_us: fc.nat(),
    tap_us: fc.nat(),
    request_bytes: fc.maxSafeNat(),
    response_bytes: fc.nat(),
    hasParent: fc.boolean(),
    status: fc.constantFrom('', '200', '404', 'WRONGTYPE'),
    attributes: fc.constantFrom({}, { 'db.user': 'a\nb' }),
    outcome: fc.constantFrom(...OUTCOMES),
    response_flags: fc.constantFrom('', 'UF', 'UT,DC'),
    method: text(10),
    path: fc.oneof(
      text(60),
      text(3000),
      fc.webPath(),
      fc.constant('/'.repeat(2048)),
      fc.constant(`${'/'.repeat(2043)}\n`),
    ),
    parties: fc.oneof(fc.constant(PARTIES), parties),
  })
  .map(draftOf)

describe('RowWriter', () => {
  test('writes what encodeRow writes, byte for byte', () => {
    const writer = new RowWriter({ tap: TAP, config_version: '' })
    const routes = new RouteTable(1000)
    fc.assert(
      fc.property(draft, (call) => {
        const route = routes.routeOf(call.head, call.pathStart, call.pathEnd)
        const written = out.toString('latin1', 0, writer.write(out, 0, call, route))
        expect(written).toBe(encodeRow(wholeRecordOf(call, route.text, TAP)))
        expect(rowFault(written.slice(0, -1))).toBeUndefined()
      }),
      { numRuns: 500 },
    )
  })

  test.each([4, 5, 6, 7, 8, 9])(
    'cuts inside an escape as encodeRow does (%d bytes before the limit)',
    (gap) => {
      const writer = new RowWriter({ tap: TAP, config_version: '' })
      const call = draftOf({ path: `/${'a'.repeat(2048 - 1 - gap)}\n\n\n` })
      const route = new RouteTable(10).routeOf(call.head, call.pathStart, call.pathEnd)
      const written = out.toString('latin1', 0, writer.write(out, 0, call, route))
      expect(written).toBe(encodeRow(wholeRecordOf(call, route.text, TAP)))
    },
  )

  test('a hostile path stays one line and one field', () => {
    const writer = new RowWriter({ tap: TAP, config_version: '' })
    const call = draftOf({ path: '/a\t\n\r\u0000\u001b[31m\\N"\u2028' })
    const route = new RouteTable(10).routeOf(call.head, call.pathStart, call.pathEnd)
    const line = out.toString('latin1', 0, writer.write(out, 0, call, route) - 1)
    expect(line).toMatch(/^[\x20-\x7e\t]*$/)
    expect(decodeRow(line).path).toBe('/a\\x09\\x0a\\x0d\\x00\\x1b[31m\\x5cN"\\xe2\\x80\\xa8')
  })
})
