import { BARS_MAX, barStep, readCallsOverTime } from '../../../graph-api/query/calls-over-time.ts'
import { insertCalls, NOW, openTestStore, SECOND } from '../../support/mesh.ts'
import { shopCalls } from '../../support/shop-calls.ts'

let store: Awaited<ReturnType<typeof openTestStore>>
const calls = shopCalls()

beforeAll(async () => {
  store = await openTestStore()
  await insertCalls(store, calls)
})

afterAll(() => store.remove())

const QUARTER = { from_us: NOW - 900 * SECOND, to_us: NOW }

test('bars count exactly the rows that match, and silent steps are bars too', async () => {
  const { bars, step_s } = await readCallsOverTime(store, QUARTER, {})
  expect(step_s).toBe(10)
  expect(bars).toHaveLength(90)
  expect(bars.reduce((sum, bar) => sum + bar.calls, 0)).toBe(calls.length)
  const failed = await readCallsOverTime(store, QUARTER, { outcome: 'failed', reporter: 'server' })
  const wanted = calls.filter((call) => call.outcome === 'server_error' && call.reporter === 'server')
  expect(failed.bars.reduce((sum, bar) => sum + bar.errors, 0)).toBe(wanted.length)
  expect(failed.bars.map((bar) => bar.calls)).toEqual(failed.bars.map((bar) => bar.errors))
})

test('no window has more bars than fit', async () => {
  for (const seconds of [1, 60, 119, 120, 3600, 86_400, 7 * 86_400, 90 * 86_400]) {
    const span = { from_us: NOW - seconds * SECOND - 1, to_us: NOW }
    expect(seconds / barStep(span)).toBeLessThanOrEqual(BARS_MAX - 1)
  }
  expect((await readCallsOverTime(store, { from_us: NOW - SECOND, to_us: NOW }, {})).bars.length).toBe(1)
})
