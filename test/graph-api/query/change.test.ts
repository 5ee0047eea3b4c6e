import { readEdge } from '../../../graph-api/answer/edge.ts'
import { readChanges } from '../../../graph-api/query/changes.ts'
import { readIdentities, readInstances } from '../../../graph-api/query/detail.ts'
import { planWindow } from '../../../graph-api/query/plan.ts'
import { readSeries } from '../../../graph-api/query/series.ts'
import { readStoreStatus } from '../../../graph-api/query/status.ts'
import { readVersions } from '../../../graph-api/query/versions.ts'
import type { CallRecord } from '../../../model/call.ts'
import { insertCalls, NOW, openTestStore, SECOND, spanId, traceId } from '../../support/mesh.ts'

/** What came, went and ran side by side, against a store whose every call was made here. */
let store: Awaited<ReturnType<typeof openTestStore>>

const EDGE = { source: 'a', destination: 'b', protocol: 'http', reporter: 'server' }
const MINUTE = 60 * SECOND
let spans = 1

/** One call a second over a minute that begins `ago` minutes before NOW. */
function minute(ago: number, call: Partial<CallRecord>): Partial<CallRecord>[] {
  return Array.from({ length: 60 }, (_, second) => {
    const id = spans++
    return {
      span_id: spanId(id),
      trace_id: traceId(id),
      source: 'a',
      destination: 'b',
      duration_us: 2000,
      ...call,
      ts: NOW - ago * MINUTE + second * SECOND,
    }
  })
}

beforeAll(async () => {
  store = await openTestStore()
  await insertCalls(store, [
    ...minute(25, { destination_version: 'v1' }),
    ...minute(24, { source: 'old', destination_version: 'v1' }),
    ...minute(10, { destination_version: 'v1', outcome: 'timeout', duration_us: 30_000_000 }),
    ...minute(9, { destination_version: 'v2', source_evidence: 'mtls', security: 'mtls' }),
    ...minute(8, { source: 'b', destination: 'c', destination_version: 'v9' }),
    ...minute(10, { reporter: 'client', duration_us: 30_004_000 }),
  ])
})

afterAll(() => store.remove())

const QUARTER = { from_us: NOW - 15 * MINUTE, to_us: NOW }

test('new and gone are told against the time before, as long again', async () => {
  const { since, rows } = await readChanges(store, QUARTER, NOW, 'b')
  expect(since).toBe('2026-09-21T13:43:20Z')
  expect(rows.map(({ what, kind, name }) => `${kind} ${what} ${name}`)).toEqual([
    'new dependency c',
    'new version v2',
    'gone caller old',
  ])
  expect(rows[0]!.at).toBe('2026-09-21T14:05:00Z')
})

test('where nothing was recorded before, nothing is called new', async () => {
  const hour = { from_us: NOW - 60 * MINUTE, to_us: NOW }
  expect(await readChanges(store, hour, NOW, 'b')).toEqual({ since: null, rows: [] })
})

test('versions stand side by side, each with its own signals', async () => {
  const versions = await readVersions(store, planWindow(QUARTER, NOW).slices, 900, [EDGE])
  expect(versions.map(({ version, calls, errors }) => [version, calls, errors])).toEqual([
    ['v1', 60, 60],
    ['v2', 60, 0],
  ])
  expect(versions[0]!.rate).toBeCloseTo(60 / 900)
  expect(versions[0]!.p50_us / 30_000_000).toBeCloseTo(1, 1)
  expect(versions[1]!.p50_us / 2000).toBeCloseTo(1, 1)
  expect(await readVersions(store, planWindow(QUARTER, NOW).slices, 900, [])).toEqual([])
})

test('a series tells outcomes, calls in flight and how durations spread', async () => {
  const { points, heat, step_s } = await readSeries(store, QUARTER, NOW, [EDGE])
  const sum = (name: 'calls' | 'errors' | 'timeouts' | 'server_errors') =>
    points.reduce((total, point) => total + point[name], 0)
  expect([sum('calls'), sum('errors'), sum('timeouts'), sum('server_errors')]).toEqual([120, 60, 60, 0])
  expect(step_s).toBe(10)
  // One call a second that lasts 30 s: 30 in flight, counted where they began.
  expect(Math.max(...points.map((point) => point.in_flight))).toBeCloseTo(30, 5)
  expect(heat.counts.flat().reduce((total, count) => total + count, 0)).toBe(120)
  expect(heat.counts).toHaveLength(points.length)
})

test('instances, identities and sides come from the calls themselves', async () => {
  expect((await readInstances(store, QUARTER, [EDGE]))[0]).toMatchObject({
    calls: 60,
    p95_us: expect.any(Number),
  })
  expect(await readIdentities(store, QUARTER, [EDGE])).toMatchObject([
    { source_evidence: 'mtls', security: 'mtls', calls: 60 },
    { source_evidence: 'trace', security: 'plaintext', calls: 60 },
  ])
  expect(await readIdentities(store, QUARTER, [])).toEqual([])
  const edge = await readEdge(store, QUARTER, NOW, { source: 'a', destination: 'b' })
  for (const side of edge.sides) expect(side.p50_series_us).toHaveLength(edge.series.points.length)
  expect(edge.sides.map(({ reporter, calls }) => [reporter, calls])).toEqual([
    ['server', 120],
    ['client', 60],
  ])
})

test('the status names every table with its size and how long it keeps rows', async () => {
  const { tables } = await readStoreStatus(store)
  const calls = tables.find(({ table }) => table === 'calls')!
  expect(calls.rows).toBe(360)
  expect(calls.bytes).toBeGreaterThan(0)
  expect(tables.map(({ table }) => table)).toEqual(expect.arrayContaining(['edge_10s', 'positions', 'taps']))
  expect(tables.some(({ table }) => table.endsWith('_view'))).toBe(false)
})
