import { readSlos } from '../../../graph-api/query/slo.ts'
import type { Slo } from '../../../model/slo.ts'
import { bothSides, insertCalls, NOW, openTestStore, SECOND, spanId } from '../../support/mesh.ts'

/** Objectives against a store whose calls were made here: one call every 10 s over 8 hours. */
let store: Awaited<ReturnType<typeof openTestStore>>

const HOUR = 3600
const CALLS = Array.from({ length: 8 * 360 }, (_, index) => {
  const age_s = (index + 0.5) * 10
  // The last half hour fails every fifth call; every tenth call of all hours takes 400 ms.
  const failed = age_s < 1800 && index % 5 === 0
  return {
    ts: NOW - age_s * SECOND,
    span_id: spanId(index + 1),
    source: index % 2 ? 'a' : 'c',
    destination: 'b',
    duration_us: index % 10 === 0 ? 400_000 : 20_000,
    status: failed ? '500' : '200',
    outcome: failed ? ('server_error' as const) : ('ok' as const),
  }
})
const slo = (change: Partial<Slo>): Slo => ({
  service: 'b',
  sli: 'availability',
  objective: 0.99,
  threshold_us: 0,
  window_s: 30 * 24 * HOUR,
  ...change,
})

beforeAll(async () => {
  store = await openTestStore()
  await insertCalls(
    store,
    CALLS.flatMap((call) => bothSides(call, 100)),
  )
})

afterAll(() => store.remove())

const near = (value: number) => ({
  asymmetricMatch: (other: unknown) =>
    typeof other === 'number' && Math.abs(other - value) <= 0.03 * Math.abs(value),
  toAsymmetricMatcher: () => `within 3 % of ${value}`,
})

test('burn over four windows and the budget, each call counted once though both sides tell of it', async () => {
  const [status] = await readSlos(store, [slo({})], NOW, NOW)
  const bad = CALLS.filter(({ outcome }) => outcome !== 'ok').length
  expect(status).toMatchObject({
    calls: CALLS.length,
    bad,
    burn_5m: near(20),
    burn_30m: near(20),
    burn_1h: near(10),
    burn_6h: near(20 / 12),
    budget_left: near(1 - bad / CALLS.length / 0.01),
    state: 'exhausted',
  })
})

test('latency counts what is slower than the threshold', async () => {
  const latency = slo({ sli: 'latency', objective: 0.9, threshold_us: 100_000 })
  const strict = { ...latency, threshold_us: 500_000 }
  const found = await readSlos(store, [latency, strict], NOW, NOW)
  expect(found[0]).toMatchObject({ bad: CALLS.length / 10, burn_6h: near(1), budget_left: 0 })
  expect(found[1]).toMatchObject({ bad: 0, burn_1h: 0, budget_left: 1, state: 'ok' })
})

test('an earlier moment is told as it was then', async () => {
  const at = NOW - 2 * HOUR * SECOND
  const [status] = await readSlos(store, [slo({ window_s: 6 * HOUR })], at, NOW)
  expect(status).toMatchObject({ bad: 0, burn_1h: 0, budget_left: 1, state: 'ok' })
})

test('a service that nobody called is well; no objectives ask nothing', async () => {
  expect(await readSlos(store, [slo({ service: 'silent' })], NOW, NOW)).toMatchObject([
    { calls: 0, burn_5m: 0, budget_left: 1, state: 'ok' },
  ])
  const closed = Object.assign(Object.create(store), { read: () => Promise.reject(new Error('asked')) })
  expect(await readSlos(closed, [], NOW, NOW)).toEqual([])
})
