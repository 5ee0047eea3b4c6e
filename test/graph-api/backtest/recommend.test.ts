import { recommendationText } from '../../../cli/print/recommendation.ts'
import { backtest } from '../../../graph-api/backtest/backtest.ts'
import { recommend } from '../../../graph-api/backtest/recommend.ts'
import type { CallRecord } from '../../../model/call.ts'
import { readPolicyText } from '../../../policy/policy-file.ts'
import { insertCalls, NOW, openTestStore, SECOND, spanId } from '../../support/mesh.ts'

let store: Awaited<ReturnType<typeof openTestStore>>
const DAY = 86_400 * SECOND
const SPAN = { from_us: NOW - 30 * DAY, to_us: NOW }
let spans = 1

const made = (count: number, change: Partial<CallRecord>, path = (index: number) => `/cart/${index}`) =>
  Array.from({ length: count }, (_, index) => ({
    ts: NOW - 3 * DAY + index * SECOND,
    span_id: spanId(spans++),
    destination: 'cart',
    route: '/cart/{id}',
    path: path(index),
    ...change,
  }))

const CALLS: Partial<CallRecord>[] = [
  ...made(40, { source: 'web', method: 'GET' }),
  ...made(30, { source: 'web', method: 'POST' }),
  ...made(30, { source: 'web', method: 'GET', route: '/health' }, () => '/health'),
  // Two values are no template.
  ...made(30, { source: 'batch', method: 'GET' }, (index) => `/cart/${1 + (index % 2)}`),
  ...made(50, { source: 'intruder', method: 'GET', status: '403', outcome: 'client_error' }),
  ...made(50, { source: '10.0.0.9', source_evidence: 'address', method: 'GET' }),
  ...made(1, { source: 'cron', method: 'DELETE' }),
  // Monthly: few calls, on more than one day.
  ...made(1, { source: 'monthly', method: 'GET', route: '/report' }, () => '/report'),
  {
    ...made(1, { source: 'monthly', method: 'GET', route: '/report' }, () => '/report')[0],
    ts: NOW - 29 * DAY,
  },
  ...made(30, { source: 'odd', method: 'GET', route: '__other__' }),
]

beforeAll(async () => {
  store = await openTestStore()
  await insertCalls(store, CALLS)
})
afterAll(() => store.remove())

test('grants what went well often enough, by caller, methods and paths, and no more', async () => {
  const { rules, calls } = await recommend(store, 'cart', SPAN, NOW)
  expect(calls).toBe(CALLS.length)
  expect(rules.map(({ id, from, methods, paths }) => [id, from, methods, paths])).toEqual(
    expect.arrayContaining([
      ['web-get-post', 'web', ['GET', 'POST'], ['/cart/{*}']],
      ['web-get', 'web', ['GET'], ['/health']],
      ['batch-get', 'batch', ['GET'], ['/cart/1', '/cart/2']],
      ['monthly-get', 'monthly', ['GET'], ['/report']],
    ]),
  )
  expect(rules).toHaveLength(4)
})

test('leaves to a person what failed only, what is rare, and whom nobody names', async () => {
  const { review } = await recommend(store, 'cart', SPAN, NOW)
  expect(Object.fromEntries(review.map(({ source, reason }) => [source, reason]))).toEqual({
    intruder: 'never ended well',
    '10.0.0.9': 'only its address names the caller',
    cron: 'seen 1 times on one day',
    odd: 'its path has no template',
  })
})

test('its text is a policy that back-tests to what was left to a person, and to nothing else', async () => {
  const answer = await recommend(store, 'cart', SPAN, NOW)
  const { policy } = readPolicyText('proposed.yaml', recommendationText(answer))
  const { features } = await backtest({ store, policy, span: SPAN, now: () => NOW })
  const denied = new Set(features[0]!.rows.map(({ source }) => source))
  expect(denied).toEqual(new Set(answer.review.map(({ source }) => source)))
  expect(recommendationText(answer)).toContain(
    '# 2 calls on 2 days, 2026-08-23 to 2026-09-18; caller believed by trace',
  )
})

test('a service that nobody called has nothing to propose', async () => {
  const answer = await recommend(store, 'nobody', SPAN, NOW)
  expect(answer).toMatchObject({ calls: 0, rules: [], review: [], first_call: null })
})

test('names that mean something to YAML stay names', () => {
  const rule = {
    ...{
      id: 'a-get',
      from: 'no: [x]',
      methods: ['GET'],
      paths: ['/{*}'],
      believed_by: 'trace',
      calls: 1,
      days: 1,
    },
    ...{ first_seen: '2026-01-01T00:00:00Z', last_seen: '2026-01-01T00:00:00Z', unseen: 0 },
  }
  const text = recommendationText({
    ...{ window: { from: '', to: '', seconds: 0 }, service: 'on', calls: 1, first_call: null },
    ...{
      rules: [rule],
      review: [{ source: 'x\ny: 1', method: 'GET', route: '/', calls: 1, last_seen: '', reason: 'r' }],
    },
  })
  expect(() => readPolicyText('proposed.yaml', text)).toThrow(/rules\[0\]\.from\[0\]/)
  expect(readPolicyText('p', text.replace('"no: [x]"', 'web')).policy.services.has('on')).toBe(true)
})
