import { readAllCalls, readCohorts } from '../../control/cohorts.ts'
import { quantile } from '../../model/histogram.ts'
import { insertCalls, NOW, openTestStore, SECOND } from '../support/mesh.ts'

let store: Awaited<ReturnType<typeof openTestStore>>

const HOUR = 3600 * SECOND
/** Every tenth second a call of each cohort; treated ones are slow, and every fourth of them fails. */
const CALLS = Array.from({ length: 3 * 360 }, (_, index) =>
  (['treated', 'control'] as const).map((cohort) => ({
    ts: NOW - (index + 0.5) * 10 * SECOND,
    reporter: 'client' as const,
    source: index % 2 ? 'web' : 'batch',
    duration_us: cohort === 'treated' ? 80_000 : 10_000,
    outcome: cohort === 'treated' && index % 4 === 0 ? ('timeout' as const) : ('ok' as const),
    config_version: '1.1',
    verdicts: [`timeouts=pass;cohort=${cohort}`],
  })),
).flat()

beforeAll(async () => {
  store = await openTestStore()
  await insertCalls(store, [
    ...CALLS,
    // Another feature, another service, the other side: none of them counts.
    { ...CALLS[0], verdicts: ['retries=pass;cohort=treated'] },
    { ...CALLS[0], destination: 'else' },
    { ...CALLS[0], reporter: 'server' },
  ])
})
afterAll(() => store.remove())

const query = { service: 'cart', feature: 'timeouts', to_us: NOW, except: [], revision: '' } as const

test.each([30 * SECOND, 90 * SECOND, HOUR, 2.4 * HOUR])(
  'both cohorts over the last %d us',
  async (long_us) => {
    const { treated, control } = await readCohorts(store, { ...query, from_us: NOW - long_us }, NOW)
    const calls = Math.round(long_us / (10 * SECOND))
    expect([treated.calls, control.calls]).toEqual([calls, calls])
    expect([treated.errors, control.errors]).toEqual([Math.ceil(calls / 4), 0])
    expect(treated.last_us).toBe(NOW - 5 * SECOND)
    expect(Math.abs(quantile(treated.duration, 0.99) / 80_000 - 1)).toBeLessThan(0.05)
  },
)

test('callers with entries of their own are left out, and no calls are none', async () => {
  const { treated } = await readCohorts(store, { ...query, from_us: NOW - HOUR, except: ['batch'] }, NOW)
  expect(treated.calls).toBe(180)
  const nothing = await readCohorts(store, { ...query, service: 'x', from_us: NOW - HOUR }, NOW)
  expect(nothing.treated).toMatchObject({ calls: 0, errors: 0, last_us: 0 })
})

test('what was said under an earlier revision, or in another epoch, is left out', async () => {
  const under = (config_version: string) => ({
    ...{ ts: NOW - SECOND, reporter: 'client' as const, destination: 'renewed', config_version },
    verdicts: ['timeouts=pass;cohort=treated'],
  })
  await insertCalls(store, ['aa.8', 'aa.9', 'aa.10', 'bb.99'].map(under))
  const asked = { ...query, service: 'renewed', from_us: NOW - 60 * SECOND }
  const calls = async (revision: string) =>
    (await readCohorts(store, { ...asked, revision }, NOW)).treated.calls
  expect([await calls(''), await calls('aa.8'), await calls('aa.9'), await calls('aa.11')]).toEqual([
    4, 3, 2, 0,
  ])
})

test('of a call that was sent again the last attempt counts', async () => {
  const sent = (verdict: string, outcome: 'ok' | 'server_error', attempt = 1) => ({
    ...{ ts: NOW - SECOND, reporter: 'client' as const, destination: 'again', outcome, attempt },
    verdicts: [`retries=${verdict}`],
  })
  await insertCalls(store, [
    sent('retry;rule=codes;cohort=treated', 'server_error'),
    sent('pass;cohort=treated', 'ok', 2),
    sent('no_retry;rule=budget;cohort=treated', 'server_error'),
    sent('would_retry;rule=codes;cohort=control', 'server_error'),
    sent('pass;cohort=control', 'ok'),
  ])
  const asked = { ...query, service: 'again', feature: 'retries', from_us: NOW - 60 * SECOND } as const
  const { treated, control } = await readCohorts(store, asked, NOW)
  expect(treated).toMatchObject({ calls: 2, errors: 1 })
  expect(control).toMatchObject({ calls: 2, errors: 1 })
})

test('once nothing is split, all calls of the side that judges', async () => {
  const all = await readAllCalls(store, { ...query, from_us: NOW - HOUR }, NOW)
  expect(all).toMatchObject({ calls: 721, errors: 91 })
})
