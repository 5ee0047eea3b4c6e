import { PATH_TRACES_MAX, readPaths } from '../../../graph-api/answer/paths.ts'
import type { GraphSeriesAnswer, PathsAnswer } from '../../../graph-api/contract.ts'
import { GRAPH_STEPS_MAX, planSteps, readGraphSeries } from '../../../graph-api/query/graph-series.ts'
import { overTimeRoutes } from '../../../graph-api/route/over-time.ts'
import { graphSeriesParameters } from '../../../graph-api/schema/over-time.ts'
import {
  bothSides,
  insertCalls,
  NOW,
  openTestStore,
  SECOND,
  serveApi,
  spanId,
  traceId,
} from '../../support/mesh.ts'

/** The graph over time and proven paths, against a store whose every call was made here. */
let store: Awaited<ReturnType<typeof openTestStore>>
const HOUR = { from_us: NOW - 3600 * SECOND, to_us: NOW }

/** One trace a minute, web to cart to pay; every tenth fails at pay, every second one also asks stock. */
const CALLS = Array.from({ length: 400 }, (_, index) => {
  const ts = NOW - (index + 1) * 60 * SECOND
  const trace_id = traceId(index + 1)
  const span = (hop: number) => spanId(index * 10 + hop)
  const call = (hop: number, source: string, destination: string, duration_us: number) => ({
    ts: ts + hop * 1000,
    trace_id,
    span_id: span(hop),
    parent_span_id: hop === 1 ? '' : span(hop === 2 ? 1 : 2),
    source,
    destination,
    duration_us,
  })
  return [
    ...bothSides(call(1, 'user', 'web', 40_000), 400),
    ...bothSides(call(2, 'web', 'cart', 20_000), 400),
    ...bothSides({ ...call(3, 'cart', 'pay', 9000), outcome: index % 10 === 0 ? 'timeout' : 'ok' }, 400),
    ...(index % 2 === 0 ? bothSides(call(4, 'cart', 'stock', 2000), 400) : []),
  ]
}).flat()

beforeAll(async () => {
  store = await openTestStore()
  await insertCalls(store, CALLS)
})
afterAll(() => store.remove())

test('the series holds every call once, in its step, with the p95 of that step', async () => {
  const answer = await readGraphSeries(store, HOUR, NOW)
  expect(answer.steps.length).toBeLessThanOrEqual(GRAPH_STEPS_MAX + 1)
  expect(answer.step_s).toBe(60)
  const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0)
  const pay = answer.edges.find(({ destination }) => destination === 'pay')!
  expect(sum(pay.calls)).toBe(60)
  expect(sum(pay.errors)).toBe(6)
  expect(sum(answer.total.calls)).toBe(60 * 3 + 30)
  expect(answer.edges.every((edge) => edge.calls.length === answer.steps.length)).toBe(true)
  const full = pay.calls.findIndex((calls) => calls > 0)
  expect(pay.p95_us[full]).toBeGreaterThan(8000)
  expect(pay.p95_us[full]).toBeLessThan(9300)
  expect(answer.edges_left_out).toBe(0)
})

test('a step is the finest that makes at most sixty pictures, or the one asked for', () => {
  const of = (seconds: number, step?: string) =>
    planSteps({ from_us: NOW - seconds * SECOND, to_us: NOW }, NOW, step).step_s
  expect([of(300), of(3600), of(86_400), of(7 * 86_400)]).toEqual([10, 60, 3600, 10_800])
  expect(of(300, '1m')).toBe(60)
  expect(() => of(86_400, '1m')).toThrow(/^parameter step: does not cut/)
  expect(() => of(300, '7s')).toThrow(/^parameter step/)
  expect(graphSeriesParameters.safeParse({ step: 'x' }).success).toBe(false)
})

test('a window without calls has steps and no edges', async () => {
  const span = { from_us: NOW - 90 * 86_400 * SECOND, to_us: NOW - 80 * 86_400 * SECOND }
  const answer = await readGraphSeries(store, span, NOW)
  expect(answer.edges).toEqual([])
  expect(answer.steps.length).toBeGreaterThan(1)
})

test('paths are those that traces prove, counted by trace, with what failed', async () => {
  const answer = await readPaths(store, HOUR, 'cart')
  expect(answer).toMatchObject({ through: 'cart', traces: 60, sampled: false, broken: 0, paths_left_out: 0 })
  expect(answer.paths).toEqual([
    { services: ['user', 'web', 'cart', 'pay'], traces: 60, failed: 6 },
    { services: ['user', 'web', 'cart', 'stock'], traces: 30, failed: 0 },
  ])
})

test('of more traces than the limit the newest are looked at, and it says so', async () => {
  const span = { from_us: NOW - 86_400 * SECOND, to_us: NOW }
  expect(await readPaths(store, span, 'web')).toMatchObject({ traces: PATH_TRACES_MAX, sampled: true })
  expect(await readPaths(store, span, "nobody' OR 1")).toMatchObject({ traces: 0, paths: [] })
})

test('both are answered over HTTP and refuse what they do not know', async () => {
  const served = await serveApi(store)
  const series = await served.get<GraphSeriesAnswer>('/api/v1/graph/series?from=now-1h')
  expect(series.body.edges.length).toBe(4)
  const paths = await served.get<PathsAnswer>('/api/v1/paths?from=now-1h&through=pay')
  expect(paths.body.paths.map(({ services }) => services.at(-1))).toEqual(['pay'])
  expect((await served.get('/api/v1/paths')).status).toBe(400)
  expect((await served.get('/api/v1/graph/series?step=1')).status).toBe(400)
  await served.close()
  expect(typeof overTimeRoutes({ store, now: () => NOW })).toBe('function')
})
