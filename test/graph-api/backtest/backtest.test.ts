import { backtest } from '../../../graph-api/backtest/backtest.ts'
import type { BacktestFeature, BacktestProgress } from '../../../graph-api/contract.ts'
import type { CallRecord } from '../../../model/call.ts'
import { bothSides, insertCalls, NOW, openTestStore, SECOND, spanId, traceId } from '../../support/mesh.ts'
import { policyOf } from '../../support/policy.ts'

/** What each feature would have done, on calls made for it, in a real store. */
let store: Awaited<ReturnType<typeof openTestStore>>

const SPAN = { from_us: NOW - 900 * SECOND, to_us: NOW }
let spans = 1

/** Calls one after the other, the first `ago_s` before the end of the window. */
function made(count: number, ago_s: number, gap_us: number, change: (index: number) => Partial<CallRecord>) {
  return Array.from({ length: count }, (_, index) => ({
    ts: NOW - ago_s * SECOND + index * gap_us,
    trace_id: traceId(spans),
    span_id: spanId(spans++),
    duration_us: 1000,
    source: 'web',
    ...change(index),
  }))
}

const failed = { status: '503', outcome: 'server_error' } as const
const CALLS: Partial<CallRecord>[] = [
  // An outage of 2 s, after which calls go well again: 20 calls a second.
  ...made(200, 600, 50_000, (index) => ({
    destination: 'payment',
    route: '/pay',
    ...(index >= 100 && index < 140 ? failed : {}),
  })),
  // One of two endpoints fails for good.
  ...made(60, 500, 1_000_000, (index) => ({
    destination: 'catalog',
    destination_instance: index % 2 ? 'b:80' : 'a:80',
    ...(index % 2 ? failed : {}),
  })),
  // Ten calls at once, each half a second long.
  ...made(10, 400, 1000, () => ({ destination: 'search', duration_us: 500_000, source: 'batch' })),
  ...made(1, 300, 0, () => ({ destination: 'search', duration_us: 100, source: 'cron' })),
  // A caller that tries up to three times by itself: two failures, then an answer; and one that gives up.
  ...[failed, failed, {}, failed].map((change, index) => ({
    ...made(1, 100 - index, 0, () => ({ destination: 'ledger', path: '/entries', ...change }))[0]!,
    trace_id: traceId(index < 3 ? 7001 : 7002),
  })),
  // Two of ten calls broke a rule of strict HTTP when a tap relayed them.
  ...made(10, 150, 1000, (index) => ({
    destination: 'intake',
    source: 'scanner',
    verdicts: index < 2 ? ['mtls=would_note;rule=permissive', 'strict=would_deny;rule=bare_lf'] : [],
  })),
  // Seen from both sides: counts once.
  ...made(5, 200, 1000, () => ({ destination: 'mail' })).flatMap((call) => bothSides(call, 100)),
]

beforeAll(async () => {
  store = await openTestStore()
  await insertCalls(store, CALLS)
})
afterAll(() => store.remove())

const run = (services: string, more: object = {}) =>
  backtest({ store, policy: policyOf(services), span: SPAN, now: () => NOW, ...more })

async function feature(services: string): Promise<BacktestFeature> {
  return (await run(services)).features[0]!
}

test('retries: whether they would have helped is read from what really followed', async () => {
  const found = await feature('  payment: { retries: { mode: dry-run, budget: { percent: 100 } } }\n')
  // Every failure but the last is followed by another one, after the wait of 25 ms.
  expect(found.retries).toEqual({
    ...{
      failed: 40,
      retried: 40,
      recovered: 1,
      failed_again: 39,
      unknown: 0,
      over_budget: 0,
      already_retried: 0,
    },
    extra_load: 0.2,
  })
  expect(found.worst).toMatchObject({ seconds: 60, affected: 40 })
})

test('retries: more attempts reach further, and a budget that is spent leaves failures', async () => {
  const more = await feature(
    '  payment: { retries: { mode: dry-run, attempts: 5, budget: { percent: 100 } } }\n',
  )
  expect(more.retries).toMatchObject({ recovered: 5, failed_again: 35 })
  const spent = await feature(
    '  payment: { retries: { mode: dry-run, budget: { percent: 0, minRetryRate: { count: 1, interval: 10s } } } }\n',
  )
  expect(spent.retries).toMatchObject({ failed: 40, retried: 1, over_budget: 39 })
})

test('failures that callers sent again by themselves are told: a retry of the mesh would multiply', async () => {
  const { retries } = await feature('  ledger: { retries: { mode: dry-run } }\n')
  expect(retries).toMatchObject({ failed: 3, retried: 3, recovered: 1, already_retried: 2, unknown: 1 })
})

test('a breaker opens for the endpoint that fails, and says for how long and at what price', async () => {
  const found = await feature('  catalog: { outlierDetection: { mode: dry-run, maxEjectionPercent: 50 } }\n')
  const [worst, other] = found.endpoints!
  expect(worst).toMatchObject({ endpoint: 'b:80' })
  expect(worst!.ejections).toBeGreaterThan(0)
  expect(worst!.ejected_s).toBeGreaterThanOrEqual(30)
  expect(other).toEqual({ endpoint: 'a:80', ejections: 0, ejected_s: 0 })
  expect(found.rows[0]).toMatchObject({ decision: 'divert', good: 0 })
})

test('a pool sheds what is past the queue; calls that ended make room', async () => {
  const found = await feature(
    '  search: { connectionPool: { mode: dry-run, maxConnections: 3, http1MaxPendingRequests: 2 } }\n',
  )
  expect(found.decisions).toEqual({ pass: 4, queue: 2, shed: 5 })
})

test('a rate limit sheds by caller, and a row names calls to look at', async () => {
  const found = await feature(
    '  search: { rateLimit: { mode: dry-run, requestsPerSecond: 1000, perCaller: { requestsPerSecond: 4 } } }\n',
  )
  expect(found).toMatchObject({ refused: 6, good_refused: 6 })
  const [row] = found.rows
  expect(row).toMatchObject({ source: 'batch', calls: 6, rule: 'perCaller.requestsPerSecond' })
  const ids = CALLS.filter(({ source }) => source === 'batch').map(({ span_id }) => `${span_id}.server`)
  expect(row!.samples).toHaveLength(3)
  for (const sample of row!.samples) expect(ids).toContain(sample)
})

test('a call seen from both sides is judged once, and the answer says what it rests on', async () => {
  const answer = await run('  mail: { mtls: { mode: enforce, policy: strict } }\n  nobody: {}\n')
  expect(answer).toMatchObject({ calls: 5, would_lose: 5, silent: ['nobody'] })
  expect(answer.features[0]!.rows[0]).toMatchObject({
    source: 'web',
    decision: 'deny',
    rule: 'strict',
    calls: 5,
    good: 5,
  })
  expect(answer.unseen).toEqual({ chance: 0, kinds: 1, seen_once: 0 })
  expect(answer.notes.join('\n')).toMatch(
    /nothing was enforced for this answer[\s\S]*the one without the policy/,
  )
  expect(answer.coverage.first_call).toMatch(/^2026-/)
})

test('the chance of a kind never seen comes from kinds seen once', async () => {
  const { unseen } = await run('  search: {}\n')
  expect(unseen).toEqual({ chance: 1 / 11, kinds: 2, seen_once: 1 })
})

test('progress is told, and a wish to stop is heard between two pieces', async () => {
  const told: BacktestProgress[] = []
  await run('  payment: { retries: { mode: dry-run } }\n', {
    onProgress: (progress: BacktestProgress) => told.push(progress),
  })
  expect(told.map(({ phase, done, total }) => `${phase} ${done}/${total}`)).toEqual([
    'summary 200/200',
    'replay 200/200',
  ])
  const stop = new AbortController()
  stop.abort(new Error('enough'))
  await expect(run('  payment: { retries: { mode: dry-run } }\n', { signal: stop.signal })).rejects.toThrow(
    'enough',
  )
})

test('a window without calls is an answer, too', async () => {
  const answer = await run('  payment: { retries: { mode: dry-run } }\n', {
    span: { from_us: NOW - 90_000 * SECOND, to_us: NOW - 80_000 * SECOND },
  })
  expect(answer).toMatchObject({ calls: 0, features: [], silent: ['payment'], unseen: null })
})

test('whose calls no tap would judge is said: the side that acts has none', async () => {
  const notes = async (services: string) => (await run(services)).notes.join('\n')
  const limits = (service: string) =>
    `  ${service}: { timeouts: { mode: dry-run, request: 1s }, retries: { mode: dry-run } }\n`
  expect(await notes(limits('search'))).toContain(
    'search: timeouts, retries would act in the tap of the caller, and behind batch, cron there is none',
  )
  expect(await notes(limits('mail'))).not.toContain('there is none')
  const rate = '  search: { rateLimit: { mode: dry-run, requestsPerSecond: 100 } }\n'
  expect(await notes(rate)).not.toContain('there is none')
})

describe('strict', () => {
  const refused = [{ source: 'scanner', decision: 'deny', rule: 'bare_lf', calls: 2, good: 2 }]

  test('which recorded calls would be refused is read from what taps found', async () => {
    const found = await feature('  intake: { strict: { mode: dry-run } }\n')
    expect(found).toMatchObject({ feature: 'strict', mode: 'dry-run', calls: 10, refused: 2, rows: refused })
    expect(await feature('  intake: { strict: { mode: enforce } }\n')).toMatchObject({ refused: 2 })
  })

  test('a feature that acts on calls brings the strict proxy with it, so the answer says so', async () => {
    const { features, would_lose } = await run(
      '  intake: { authorization: { mode: enforce, default: allow } }\n',
    )
    expect(features.map(({ feature: name, refused: count }) => [name, count])).toEqual([
      ['strict', 2],
      ['authorization', 0],
    ])
    expect(would_lose).toBe(2)
    const rehearsed = await run('  intake: { authorization: { mode: dry-run, default: allow } }\n')
    expect(rehearsed.features.map(({ feature: name }) => name)).toEqual(['authorization'])
    const clean = await run('  search: { authorization: { mode: enforce, default: allow } }\n')
    expect(clean.features.map(({ feature: name }) => name)).toEqual(['authorization'])
  })
})
