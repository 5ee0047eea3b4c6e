import fc from 'fast-check'
import { readBlocks } from '../../../model/block-reader.ts'
import { BlockWriter } from '../../../model/block-writer.ts'
import type { CallRecord } from '../../../model/call.ts'
import { OUTCOMES, REPORTERS, SOURCE_EVIDENCE } from '../../../model/call.ts'
import { fittedRecord } from '../../../model/row.ts'
import type { CallDraft, CallParties } from '../../../protocol/call-draft.ts'
import { RouteTable } from '../../../protocol/route/route-table.ts'
import { ROWS_MAX, RowColumns } from '../../../tap-proxy/ship/row-columns.ts'
import { draftOf, PARTIES, wholeRecordOf } from '../support/draft.ts'

const TAP = 'orders@host\\1'
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
    attempt: fc.nat({ max: 300 }),
    status: fc.constantFrom('', '200', '404', 'WRONGTYPE'),
    outcome: fc.constantFrom(...OUTCOMES),
    response_flags: fc.constantFrom('', 'UF', 'UT,DC'),
    config_version: fc.constantFrom('', '7'),
    verdicts: fc.constantFrom([], ['retries=would_retry;rule=codes'], ['a=b', 'c\u0000=d']),
    attributes: fc.constantFrom({}, { 'db.user': 'a\nb' }, { k: 'v', l: 'w' }),
    method: text(10),
    path: fc.oneof(text(60), text(3000), fc.webPath()),
    parties: fc.oneof(fc.constant(PARTIES), parties),
  })
  .map(draftOf)

const routes = new RouteTable(1000)
const routeOf = (call: CallDraft) => call.route ?? routes.routeOf(call.head, call.pathStart, call.pathEnd)

function recordsOf(columns: RowColumns): CallRecord[] {
  const writer = new BlockWriter()
  columns.seal(writer)
  return readBlocks(writer.out.written).flatMap((block) => {
    expect([...block.faults.values()]).toEqual([])
    expect(block.storable).toBe(true)
    return Array.from({ length: block.rows }, (_, row) => block.record(row))
  })
}

test('calls come back as the records they stand for, one block after another', () => {
  const columns = new RowColumns(TAP)
  fc.assert(
    fc.property(fc.array(draft, { minLength: 1, maxLength: 20 }), (calls) => {
      const wanted = calls.map((call) => {
        const route = routeOf(call)
        columns.write(call, route)
        // A route is as its column holds it already.
        return { ...fittedRecord(wholeRecordOf(call, '', TAP)), route: route.text }
      })
      expect(recordsOf(columns)).toEqual(wanted)
      expect(columns.rows).toBe(0)
    }),
    { numRuns: 200 },
  )
})

test('what is empty in all rows takes no room', () => {
  const columns = new RowColumns('t')
  columns.write(draftOf(), routeOf(draftOf()))
  const writer = new BlockWriter()
  columns.seal(writer)
  const names = readBlocks(writer.out.written)[0]!.columns.flatMap((column) => column?.column.name ?? [])
  expect(names).toContain('status')
  expect(names).not.toContain('verdicts')
  expect(names).not.toContain('attributes')
  expect(names).not.toContain('source_identity')
})

test('it is full before a row could run over its memory: at its rows, or at the longest paths', () => {
  const columns = new RowColumns('t')
  const plain = draftOf()
  while (!columns.full) columns.write(plain, routeOf(plain))
  expect(recordsOf(columns)).toHaveLength(ROWS_MAX)
  const long = draftOf({ path: `/${'\u0001'.repeat(2000)}` })
  while (!columns.full) columns.write(long, routeOf(long))
  const records = recordsOf(columns)
  expect(records.length).toBeLessThan(ROWS_MAX)
  expect(records.every(({ path }) => path.length === 2048)).toBe(true)
})
