import fc from 'fast-check'
import { backtest } from '../../../graph-api/backtest/backtest.ts'
import { STATELESS } from '../../../graph-api/backtest/summary.ts'
import type { BacktestAnswer } from '../../../graph-api/contract.ts'
import type { CallRecord } from '../../../model/call.ts'
import { insertCalls, NOW, openTestStore, SECOND, spanId } from '../../support/mesh.ts'
import { policyOf } from '../../support/policy.ts'

/** Judging kinds of calls and playing every single call through the engine come to the same figures. */
let store: Awaited<ReturnType<typeof openTestStore>>

const SOURCES = ['web', 'batch', 'checkout', '10.0.0.9'] as const
const PATHS = [
  ['/cart/{id}', '/cart/17'],
  ['/cart/{id}', '/cart/18'],
  ['/cart/{id}', '/cart/%2e%2e'],
  ['/cart/{id}/items', '/cart/17/items'],
  ['/admin', '/admin'],
  ['__other__', '/free/form'],
  ['', ''],
] as const
const ANSWERS = [
  ['200', 'ok', ''],
  ['503', 'server_error', ''],
  ['404', 'client_error', ''],
  ['', 'timeout', 'UT'],
  ['', 'reset', 'UF'],
] as const

const one = fc.record({
  source: fc.constantFrom(...SOURCES),
  place: fc.constantFrom(...PATHS),
  answer: fc.constantFrom(...ANSWERS),
  method: fc.constantFrom('GET', 'POST', 'DELETE'),
  duration_us: fc.constantFrom(1, 99_999, 100_000, 100_001, 200_000, 200_001, 900_000),
  ttfb_us: fc.constantFrom(0, 1, 100_000, 100_001),
  security: fc.constantFrom('plaintext' as const, 'tls' as const, 'mtls' as const),
  protocol: fc.constantFrom('http' as const, 'websocket' as const),
  source_identity: fc.constantFrom('', 'spiffe://prod.example/ns/shop/sa/checkout'),
  ago_s: fc.nat({ max: 800 }),
})

/** 600 calls by the same draws at every run. */
const calls: Partial<CallRecord>[] = fc
  .sample(one, { seed: 42, numRuns: 600 })
  .map(({ place: [route, path], answer: [status, outcome, response_flags], ago_s, ...call }, index) => ({
    ...call,
    ...{ route, path, status, outcome, response_flags },
    ts: NOW - (ago_s + 1) * SECOND - index,
    span_id: spanId(index + 1),
    source_evidence: call.source === '10.0.0.9' ? 'address' : 'trace',
    destination: index % 5 === 0 ? 'payment' : 'cart',
    destination_instance: `10.1.0.${index % 3}:80`,
  }))

beforeAll(async () => {
  store = await openTestStore()
  await insertCalls(store, calls)
})
afterAll(() => store.remove())

const duration = fc.constantFrom('1ms', '100ms', '200ms')
const rule = fc.record({
  action: fc.constantFrom('allow', 'deny'),
  from: fc.constantFrom(
    '',
    ', from: [web]',
    ', from: [spiffe://prod.example/ns/shop/sa/checkout]',
    ', from: [unauthenticated]',
  ),
  methods: fc.constantFrom('', ', methods: [GET]', ', methods: [GET, POST]'),
  paths: fc.constantFrom(
    '',
    ', paths: ["/cart/{*}"]',
    ', paths: [/cart/17]',
    ', paths: ["/cart/17/{**}"]',
    ', paths: [/admin, "/{*}/form"]',
  ),
})
const policy = fc
  .record({
    request: duration,
    mtls: fc.constantFrom('strict', 'permissive'),
    standard: fc.constantFrom('allow', 'deny'),
    rules: fc.array(rule, { maxLength: 4 }),
    batch: fc.constantFrom('{ mode: disabled }', '{ request: 900ms, backendRequest: 100ms }'),
  })
  .map(({ request, mtls, standard, rules, batch }) => {
    const list = rules.map(
      ({ action, from, methods, paths }, index) =>
        `{ id: r${index}, action: ${action}${from}${methods}${paths} }`,
    )
    return `  cart:
    timeouts: { mode: dry-run, request: ${request} }
    mtls: { mode: dry-run, policy: ${mtls} }
    authorization: { mode: dry-run, default: ${standard}, rules: [${list.join(', ')}] }
    callers: { batch: { timeouts: ${batch} } }
  payment:
    timeouts: { mode: enforce, request: 1s, backendRequest: ${request} }
`
  })

const SPAN = { from_us: NOW - 900 * SECOND, to_us: NOW }
const figures = ({ features, calls: examined, unseen }: BacktestAnswer) => ({
  examined,
  unseen,
  features: features
    .map(({ service, feature, calls: judged, decisions, good_refused, good_cut, rows }) => ({
      ...{ service, feature, judged, decisions, good_refused, good_cut },
      rows: rows
        .map(({ source, method, route, decision, rule: by, calls: number, good }) =>
          [source, method, route, decision, by, number, good].join(' '),
        )
        .sort(),
    }))
    .sort((a, b) => `${a.service}${a.feature}`.localeCompare(`${b.service}${b.feature}`)),
})

test('kinds and single calls agree, whatever the policy', async () => {
  await fc.assert(
    fc.asyncProperty(policy, async (services) => {
      const options = { store, policy: policyOf(services), span: SPAN, now: () => NOW }
      const kinds = figures(await backtest(options))
      const single = figures(await backtest({ ...options, replayed: STATELESS }))
      expect(single).toEqual(kinds)
      expect(kinds.examined).toBe(calls.length)
    }),
    { numRuns: 25 },
  )
})
