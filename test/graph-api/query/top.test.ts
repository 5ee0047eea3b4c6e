import { readTop } from '../../../graph-api/query/top.ts'
import { insertCalls, NOW, openTestStore, SECOND } from '../../support/mesh.ts'
import { shopCalls } from '../../support/shop-calls.ts'

/** Rankings against a store whose every call was made here. */
let store: Awaited<ReturnType<typeof openTestStore>>

beforeAll(async () => {
  store = await openTestStore()
  await insertCalls(store, shopCalls())
})

afterAll(() => store.remove())

const QUARTER = { from_us: NOW - 900 * SECOND, to_us: NOW }
const top = (by: 'edge' | 'source' | 'destination' | 'route' | 'status', service?: string) =>
  readTop(store, QUARTER, NOW, { by, service, limit: 100 })

test('every key counts every call once', async () => {
  for (const by of ['edge', 'source', 'destination', 'route', 'status'] as const) {
    const { rows } = await top(by)
    expect([by, rows.reduce((sum, { calls }) => sum + calls, 0)]).toEqual([by, 845])
    expect(rows.map(({ calls }) => calls)).toEqual(
      rows.map(({ calls }) => calls).sort((left, right) => right - left),
    )
  }
})

test('callers join their edges, quantiles and all', async () => {
  const { rows } = await top('source')
  expect(rows[0]).toMatchObject({ source: 'web-api', destination: '', calls: 380 })
  expect(rows[0]!.rate).toBeCloseTo(380 / 900, 1)
  expect(rows[0]!.p50_us).toBeGreaterThan(4000)
  expect(rows[0]!.p50_us).toBeLessThan(12_500)
})

test('statuses and routes say to which service', async () => {
  const statuses = (await top('status', 'purchase-history')).rows
  expect(statuses.map(({ status }) => status)).toEqual(['200', '500'])
  expect(statuses[1]).toMatchObject({ destination: 'purchase-history', errors: statuses[1]!.calls })
  expect((await top('route', 'cart')).rows).toMatchObject([
    { destination: 'cart', route: '/cart/{id}', calls: 105 },
  ])
})

test('the window of routes is the whole minutes counted; an unknown service has no rows', async () => {
  const minute = { from_us: NOW - 60 * SECOND, to_us: NOW }
  const { window } = await readTop(store, minute, NOW, { by: 'route', limit: 5 })
  expect(window.seconds).toBe(80)
  expect((await top('edge', 'nobody')).rows).toEqual([])
  expect((await readTop(store, QUARTER, NOW, { by: 'edge', limit: 2 })).rows).toHaveLength(2)
})
