import { DECISIONS } from '../../model/decision.ts'
import { insertCalls, NOW, openTestStore, SECOND } from '../support/mesh.ts'

/** What the store counts of verdicts, in the real engine. */
let store: Awaited<ReturnType<typeof openTestStore>>

beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store.remove())

const KEYS = 'feature, decision, acted, rule, cohort, config_version'
const rowsOf = (table: string, destination: string) =>
  store.read<Record<string, unknown>>(
    `SELECT ${KEYS}, sum(calls) AS n, sum(errors) AS failed, sum(good) AS ended_well,
       arraySum(mapValues(sumMap(duration_buckets))) AS timed, max(last_us) AS last
     FROM tapmesh.${table} WHERE destination = {destination:String} GROUP BY ${KEYS} ORDER BY ${KEYS}`,
    { destination },
  )

test.each(['verdict_10s', 'verdict_1h'])(
  '%s counts each verdict, and the calls under a configuration',
  async (table) => {
    const destination = `all-${table}`
    await insertCalls(store, [
      { destination, ts: NOW },
      { destination, ts: NOW + 1, config_version: '1.4' },
      {
        destination,
        ts: NOW + 2,
        config_version: '1.4',
        verdicts: ['authorization=would_deny;rule=default', 'retries=retry;rule=codes;cohort=treated'],
        outcome: 'server_error',
      },
      { destination, ts: NOW + 3, config_version: '1.5', verdicts: ['retries=pass;cohort=control'] },
      { destination, ts: NOW + 3 * SECOND, verdicts: ['timeouts=cut;rule=request'], outcome: 'denied' },
    ])
    const plain = { acted: 0, rule: '', cohort: '', timed: 0 }
    expect(await rowsOf(table, destination)).toEqual([
      {
        ...plain,
        feature: '',
        decision: '',
        config_version: '1.4',
        n: 2,
        failed: 1,
        ended_well: 1,
        last: NOW + 2,
      },
      {
        ...plain,
        feature: '',
        decision: '',
        config_version: '1.5',
        n: 1,
        failed: 0,
        ended_well: 1,
        last: NOW + 3,
      },
      {
        ...plain,
        ...{ feature: 'authorization', decision: 'deny', rule: 'default', config_version: '1.4' },
        ...{ n: 1, failed: 1, ended_well: 0, last: NOW + 2 },
      },
      {
        ...{
          feature: 'retries',
          decision: 'pass',
          acted: 0,
          rule: '',
          cohort: 'control',
          config_version: '1.5',
        },
        ...{ n: 1, failed: 0, ended_well: 1, timed: 1, last: NOW + 3 },
      },
      {
        ...{
          feature: 'retries',
          decision: 'retry',
          acted: 1,
          rule: 'codes',
          cohort: 'treated',
          config_version: '1.4',
        },
        ...{ n: 1, failed: 1, ended_well: 0, timed: 1, last: NOW + 2 },
      },
      {
        ...plain,
        ...{ feature: 'timeouts', decision: 'cut', acted: 1, rule: 'request', config_version: '' },
        ...{ n: 1, failed: 0, ended_well: 0, last: NOW + 3 * SECOND },
      },
    ])
  },
)

test('every decision is read as it was written, said or done', async () => {
  const destination = 'decisions'
  await insertCalls(
    store,
    DECISIONS.flatMap((decision) =>
      ['', 'would_'].map((said) => ({ destination, verdicts: [`rateLimit=${said}${decision}`] })),
    ),
  )
  const rows = await rowsOf('verdict_10s', destination)
  const expected = DECISIONS.flatMap((decision) =>
    decision === 'pass' ? ['pass 0'] : [`${decision} 0`, `${decision} 1`],
  ).sort()
  expect(rows.map(({ decision, acted }) => `${decision} ${acted}`)).toEqual(expected)
})

test('calls without a configuration and without verdicts leave no row', async () => {
  await insertCalls(store, [{ destination: 'none' }, { destination: 'none' }])
  expect(await rowsOf('verdict_10s', 'none')).toEqual([])
})
