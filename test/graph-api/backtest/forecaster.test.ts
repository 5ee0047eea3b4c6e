import { Control } from '../../../control/control.ts'
import { FORECASTS_WAITING_MAX, Forecaster } from '../../../graph-api/backtest/forecaster.ts'
import { readForecast } from '../../../graph-api/query/forecast.ts'
import { insertCalls, NOW, openTestStore, SECOND, spanId } from '../../support/mesh.ts'
import { policyText } from '../../support/policy.ts'

let store: Awaited<ReturnType<typeof openTestStore>>
let control: Control
const faults: unknown[] = []

beforeAll(async () => {
  store = await openTestStore()
  control = await Control.open({ store, now: () => NOW / 1000 })
  await insertCalls(
    store,
    Array.from({ length: 100 }, (_, index) => ({
      ts: NOW - (index + 1) * 600 * SECOND,
      span_id: spanId(index + 1),
      duration_us: index % 4 === 0 ? 900_000 : 10_000,
      outcome: index % 10 === 0 ? ('server_error' as const) : ('ok' as const),
      status: index % 10 === 0 ? '503' : '200',
    })),
  )
})
afterAll(async () => {
  await control.close()
  await store.remove()
})

const forecaster = () =>
  new Forecaster({ store, control, now: () => NOW, onFault: (fault) => faults.push(fault) })
const set = (services: string) => control.set({ document: policyText(services), reason: 'try' })

test('a feature that is rehearsed or enforced is forecast over the last day, one that is not is not', async () => {
  const ledger = forecaster()
  await set(`  cart:
    timeouts: { mode: dry-run, request: 500ms }
    retries: { mode: enforce, percent: 5 }
    mtls: { mode: disabled, policy: strict }
  silent: { timeouts: { mode: dry-run, request: 1s } }
`)
  await ledger.idle()
  expect(await readForecast(store, 'cart', 'timeouts')).toMatchObject({
    ...{ calls: 100, affected: 25, made_us: NOW, made_at: '2026-09-21T14:13:20Z' },
  })
  expect(await readForecast(store, 'cart', 'retries')).toMatchObject({ calls: 100, affected: 10 })
  expect(await readForecast(store, 'silent', 'timeouts')).toMatchObject({ calls: 0, affected: 0 })
  expect(await readForecast(store, 'cart', 'mtls')).toBeUndefined()
  expect(faults).toEqual([])
  await ledger.close()
})

test('a change of more features than can wait is told once, and stands', async () => {
  const ledger = forecaster()
  const services = Array.from(
    { length: FORECASTS_WAITING_MAX + 20 },
    (_, index) => `  s${index}: { timeouts: { mode: dry-run, request: 1s } }\n`,
  )
  const { changes } = await set(services.join(''))
  expect(changes.length).toBeGreaterThan(FORECASTS_WAITING_MAX)
  await ledger.close()
  expect(faults).toMatchObject([{ code: 'TAPMESH_BACKTEST_BUSY' }])
})

test('once it is closed nothing is forecast', async () => {
  await forecaster().close()
  await set('  late: { timeouts: { mode: dry-run, request: 1s } }\n')
  expect(await readForecast(store, 'late', 'timeouts')).toBeUndefined()
})
