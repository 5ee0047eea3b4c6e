import { readEdge } from '../../../graph-api/answer/edge.ts'
import { readService } from '../../../graph-api/answer/service.ts'
import { readCoverage } from '../../../graph-api/query/coverage.ts'
import { readInstances, readStatuses, readTaps } from '../../../graph-api/query/detail.ts'
import { fillHistograms, readEdgeCounts, readEdges, readKnownEdges } from '../../../graph-api/query/edges.ts'
import { readExemplars } from '../../../graph-api/query/exemplars.ts'
import { readNetworkShare } from '../../../graph-api/query/network.ts'
import { planWindow } from '../../../graph-api/query/plan.ts'
import { readPositions, writePositions } from '../../../graph-api/query/positions.ts'
import { readRoutes } from '../../../graph-api/query/routes.ts'
import { readSeries } from '../../../graph-api/query/series.ts'
import { quantiles } from '../../../graph-api/query/signals.ts'
import { readStoreStatus } from '../../../graph-api/query/status.ts'
import { readTraceRows } from '../../../graph-api/query/trace.ts'
import { quantile, TTFB_BUCKETS_PER_OCTAVE } from '../../../model/histogram.ts'
import { insertCalls, NOW, openTestStore, SECOND, spanId, traceId } from '../../support/mesh.ts'

/** Each question against a store whose answers are known because every call was made here. */
let store: Awaited<ReturnType<typeof openTestStore>>

const HOURS = 30
const EDGE = { source: 'a', destination: 'b', protocol: 'http', reporter: 'server' }
/** One call every 30 s over 30 hours; durations 1..3600 ms. */
const CALLS = Array.from({ length: HOURS * 120 }, (_, index) => ({
  ts: NOW - (index + 1) * 30 * SECOND,
  span_id: spanId(index + 1),
  trace_id: traceId(index + 1),
  source: 'a',
  destination: 'b',
  duration_us: (index + 1) * 1000,
  ttfb_us: (index + 1) * 500,
  status: index % 10 ? '200' : '503',
  outcome: index % 10 ? ('ok' as const) : ('server_error' as const),
  response_flags: index % 10 ? '' : 'UF',
}))

beforeAll(async () => {
  store = await openTestStore()
  await insertCalls(store, CALLS)
  // The caller's side of the last ten minutes: 2 ms longer, its span is the parent of the callee's.
  await insertCalls(
    store,
    CALLS.slice(0, 20).map((call) => ({
      ...call,
      reporter: 'client' as const,
      duration_us: call.duration_us + 2000,
    })),
  )
  await store.insert(
    'taps',
    Buffer.from(
      `${(NOW / SECOND - 60).toFixed(3)}\tb@host\tb\t1.0\t${'0'.repeat(16)}\t5\t100\t3\t{'overflow':3}\t0\t0\n`,
    ),
    'taps-1',
  )
  await store.insert(
    'quarantine',
    Buffer.from(`${(NOW / SECOND - 60).toFixed(3)}\tb@host\tstatus\t4\tline\n`),
    'quarantine-1',
  )
})

afterAll(() => store.remove())

const span = (seconds: number) => ({ from_us: NOW - seconds * SECOND, to_us: NOW })

test.each([600, 900, 3600, 5 * 3600, 20 * 3600, 29 * 3600])(
  'over %i s the rollups count every call once, with exact enough quantiles',
  async (seconds) => {
    const plan = planWindow(span(seconds), NOW)
    const rows = await readEdges(store, plan.slices)
    const server = rows.find(({ reporter }) => reporter === 'server')!
    const inside = CALLS.filter(({ ts }) => ts >= plan.span.from_us && ts < plan.span.to_us)
    expect(server.calls).toBe(inside.length)
    expect(server.errors).toBe(inside.filter(({ outcome }) => outcome !== 'ok').length)
    const sorted = inside.map(({ duration_us }) => duration_us).sort((x, y) => x - y)
    const found = quantiles(server.duration)
    for (const [q, value] of [
      [0.5, found.p50_us],
      [0.95, found.p95_us],
      [0.99, found.p99_us],
    ] as const) {
      const exact = sorted[Math.ceil(q * sorted.length) - 1]!
      expect(Math.abs(value - exact) / exact).toBeLessThan(0.05)
    }
    const ttfb = quantile(server.ttfb, 0.5, TTFB_BUCKETS_PER_OCTAVE)
    const exact = sorted[Math.ceil(0.5 * sorted.length) - 1]! / 2
    expect(Math.abs(ttfb - exact) / exact).toBeLessThan(0.1)
    expect(plan.span.to_us - plan.span.from_us).toBeLessThan(seconds * SECOND * 1.05)
  },
)

test('counts first and histograms of chosen rows later are the same as both at once', async () => {
  for (const seconds of [600, 20 * 3600]) {
    const { slices } = planWindow(span(seconds), NOW)
    const whole = await readEdges(store, slices)
    for (const reporter of ['server', 'client']) {
      const rows = await readEdgeCounts(store, slices)
      const chosen = rows.filter((row) => row.reporter === reporter)
      await fillHistograms(store, slices, chosen)
      expect(chosen).toEqual(whole.filter((row) => row.reporter === reporter))
      expect(rows.filter((row) => row.reporter !== reporter).every((row) => row.duration.size === 0)).toBe(
        true,
      )
    }
  }
})

test('edges can be narrowed to a service or a pair, and known edges need no counts', async () => {
  const { slices } = planWindow(span(900), NOW)
  expect(await readEdges(store, slices, { service: 'b' })).toHaveLength(2)
  expect(await readEdges(store, slices, { service: 'c' })).toEqual([])
  expect(await readEdges(store, slices, { source: 'b', destination: 'a' })).toEqual([])
  expect(await readKnownEdges(store, slices)).toMatchObject([{ reporter: 'client' }, { reporter: 'server' }])
})

test('coverage adds up what taps and collector report', async () => {
  const row = { taps: 1, lost: 3, quarantined: 4, newest_us: NOW - 30 * SECOND }
  expect(await readCoverage(store, span(900))).toEqual(row)
  expect(await readCoverage(store, { from_us: NOW - 30 * SECOND, to_us: NOW })).toEqual({
    ...row,
    taps: 0,
    lost: 0,
    quarantined: 0,
  })
})

test('a series has a point for every step, silent ones too', async () => {
  const { step_s, points } = await readSeries(store, span(900), NOW, [EDGE])
  expect(step_s).toBe(10)
  expect(points).toHaveLength(90)
  expect(points.filter(({ calls }) => calls > 0)).toHaveLength(30)
  expect(points.reduce((sum, { calls }) => sum + calls, 0)).toBe(30)
  const day = await readSeries(store, span(86_400), NOW, [EDGE])
  expect(day.step_s).toBe(900)
  expect(day.points.at(-2)).toMatchObject({ calls: 30, errors: 3 })
  expect((await readSeries(store, span(900), NOW, [])).points.every(({ calls }) => calls === 0)).toBe(true)
})

test('routes, statuses and instances count the reporter that counts', async () => {
  expect(await readRoutes(store, span(840), NOW, [EDGE], 0)).toMatchObject([
    { method: 'GET', route: '/cart/{id}', errors: 3, error_rate: expect.closeTo(0.1, 1) },
  ])
  const [minutes] = await readRoutes(store, span(840), NOW, [EDGE], 0)
  // 14:13:20 less 14 minutes is 13:59:20, so the minute of 13:59 is counted, too.
  expect(minutes!.rate).toBeCloseTo(minutes!.calls / 860, 6)
  expect((await readRoutes(store, span(25 * 3600), NOW, [EDGE], 0))[0]!.calls).toBeGreaterThanOrEqual(3000)
  expect(await readStatuses(store, span(600), [EDGE])).toEqual([
    { status: '200', outcome: 'ok', response_flags: '', calls: 18 },
    { status: '503', outcome: 'server_error', response_flags: 'UF', calls: 2 },
  ])
  expect(await readInstances(store, span(600), [EDGE])).toEqual([
    {
      instance: '10.0.0.2:8080',
      zone: 'eu',
      version: 'v1',
      calls: 20,
      errors: 2,
      p95_us: 19_000,
      last_seen: '2026-09-21T14:12:50Z',
    },
  ])
  expect(await readTaps(store, span(600), 'b')).toEqual([
    { tap: 'b@host', last_seen: '2026-09-21T14:12:20Z' },
  ])
  for (const read of [readStatuses, readInstances]) expect(await read(store, span(600), [])).toEqual([])
})

test('exemplars are the slowest, the newest failed, the nearest to the median', async () => {
  const found = await readExemplars(store, span(605), [EDGE], 10_000)
  expect(found.map(({ kind, call }) => [kind, call.duration_us / 1000])).toEqual([
    ['slowest', 20],
    ['slowest', 19],
    ['slowest', 18],
    ['failed', 1],
    ['failed', 11],
    ['median', 10],
    ['median', 9],
    ['median', 11],
  ])
})

test('the share of the network is the median of the differences, joined per call', async () => {
  expect(await readNetworkShare(store, span(3600), 'a', 'b')).toBe(2000)
  expect(await readNetworkShare(store, span(3600), 'b', 'a')).toBe(0)
})

test('a trace is found by its id alone', async () => {
  const rows = await readTraceRows(store, traceId(3))
  expect(rows.map(({ call }) => call.reporter)).toEqual(['client', 'server'])
  expect(await readTraceRows(store, 'f'.repeat(32))).toEqual([])
})

test('positions: the newest of a node counts', async () => {
  await writePositions(store, 'v', { n: { x: 1, y: 1 }, m: { x: 0, y: 0 } }, NOW)
  await writePositions(store, 'v', { n: { x: 2, y: -2.5 } }, NOW + SECOND)
  await writePositions(store, 'v', {}, NOW + 2 * SECOND)
  expect(await readPositions(store, 'v')).toEqual({ m: { x: 0, y: 0 }, n: { x: 2, y: -2.5 } })
})

test('service and edge are put together from the questions', async () => {
  const service = await readService(store, span(600), NOW, 'b')
  expect(service.callers).toHaveLength(1)
  const edge = await readEdge(store, span(600), NOW, { source: 'a', destination: 'b' })
  expect(edge.sides).toHaveLength(2)
  await expect(readService(store, span(600), NOW, 'none')).rejects.toMatchObject({
    code: 'TAPMESH_NOT_FOUND',
  })
})

test('status says so when the store does not answer', async () => {
  expect(await readStoreStatus(store)).toMatchObject({
    ok: true,
    rows: CALLS.length + 20,
    oldest: expect.any(String),
  })
  const down = Object.assign(Object.create(store), {
    read: async () => {
      throw new Error('down')
    },
  })
  expect(await readStoreStatus(down)).toMatchObject({ ok: false, error: 'down', rows: 0 })
})
