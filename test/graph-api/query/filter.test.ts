import { callOf, callOfRecord } from '../../../graph-api/query/call.ts'
import { decodeCursor, encodeCursor } from '../../../graph-api/query/cursor.ts'
import { filterPredicate, filterSql, storedForm } from '../../../graph-api/query/filter.ts'
import { check } from '../../../graph-api/schema/check.ts'
import { callFilters } from '../../../graph-api/schema/parameters.ts'
import { NOW } from '../../support/mesh.ts'
import { record } from '../../support/record.ts'

const matches = (filters: object, call: Parameters<typeof record>[0]) =>
  filterPredicate(check(callFilters, filters))(record(call))

test.each([
  [{ source: 'web-api' }, { source: 'web-api' }, { source: 'web' }],
  [{ destination: 'kärt' }, { destination: storedForm('kärt') }, { destination: 'kart' }],
  [{ status: '5xx' }, { status: '503' }, { status: '50' }],
  [{ status: '404' }, { status: '404' }, { status: '405' }],
  [{ outcome: 'failed' }, { outcome: 'reset' as const }, { outcome: 'client_error' as const }],
  [{ outcome: 'ok,denied' }, { outcome: 'denied' as const }, { outcome: 'timeout' as const }],
  [{ min_duration_us: '500' }, { duration_us: 500 }, { duration_us: 499 }],
  [{ path: 'cart' }, { path: '/x/cart/1' }, { path: '/x' }],
  [{ trace_id: 'AB'.repeat(16) }, { trace_id: 'ab'.repeat(16) }, { trace_id: 'ac'.repeat(16) }],
  [
    { would: 'retry' },
    { verdicts: ['authorization=deny', 'retries=would_retry;rule=codes'] },
    { verdicts: ['authorization=would_deny', 'retries=retry', 'retries=would_no_retry'] },
  ],
  [{ acted: 'deny' }, { verdicts: ['authorization=deny'] }, { verdicts: ['authorization=would_deny'] }],
  [
    { verdict: 'retries' },
    { verdicts: ['retries=pass;cohort=control'] },
    { verdicts: ['mtls=note;rule=retries'] },
  ],
  [
    { verdict: 'retries:retry' },
    { verdicts: ['retries=would_retry;rule=codes'] },
    { verdicts: ['retries=no_retry;rule=codes', 'rateLimit=would_shed'] },
  ],
])('%j keeps %j and leaves %j out', (filters, kept, left) => {
  expect(matches(filters, kept)).toBe(true)
  expect(matches(filters, left)).toBe(false)
})

test('work inside a service is listed for its trace alone', () => {
  const internal = { protocol: 'internal', trace_id: 'ab'.repeat(16) } as const
  expect(matches({}, internal)).toBe(false)
  expect(matches({ trace_id: internal.trace_id }, internal)).toBe(true)
  expect(filterSql({ trace_id: internal.trace_id }).sql).not.toContain('internal')
})

test.each([
  { would: 'pass' },
  { would: 'x' },
  { acted: '.*' },
  { verdict: 'nothing' },
  { verdict: 'retries:x' },
])('%j is refused', (filters) => {
  expect(() => check(callFilters, filters)).toThrow(
    expect.objectContaining({ code: 'TAPMESH_QUERY_INVALID' }),
  )
})

test('no value stands in the text of a query', () => {
  const evil = "x' OR 1=1 --"
  const { sql, bound } = filterSql(
    check(callFilters, { source: evil, path: evil, route: evil, status: '5xx' }),
  )
  expect(sql).not.toContain('OR 1=1')
  expect(bound).toMatchObject({ source: evil, path: evil, route: evil, status: '^5[0-9][0-9]$' })
  expect(filterSql({}).sql).toBe("protocol != 'internal'")
})

test('a cursor comes back as it went, and nothing else is one', () => {
  const place = { ts_us: NOW, span_id: 'b7ad6b7169203331', reporter: 'server' }
  expect(decodeCursor(encodeCursor(place))).toEqual(place)
  for (const text of [
    '',
    'x',
    'MS4x',
    Buffer.from(`${NOW}.b7ad6b7169203331.evil`).toString('base64url'),
    "' OR 1",
  ]) {
    expect(() => decodeCursor(text)).toThrow(expect.objectContaining({ code: 'TAPMESH_QUERY_INVALID' }))
  }
})

test('a call is shown with its id and its time in words', () => {
  const call = callOfRecord(record({ ts: NOW + 7 }))
  expect(call).toMatchObject({ id: 'b7ad6b7169203331.server', ts: '2026-09-21T14:13:20.000007Z' })
  const { ts, ...rest } = record({ ts: NOW + 7 })
  expect(callOf({ ...rest, ts_us: ts })).toEqual(call)
})
