import {
  enforcementAnswer,
  evidenceAnswer,
  policiesAnswer,
  whyAnswer,
} from '../../../graph-api/schema/enforcement.ts'
import type { CallRecord } from '../../../model/call.ts'
import type { PoliciesAnswer, WhyAnswer } from '../../../model/enforcement.ts'
import { insertCalls, NOW, openTestStore, SECOND, type Served, serveApi, spanId } from '../../support/mesh.ts'
import { policyText } from '../../support/policy.ts'

/** Answers about policies over HTTP, over the real store and a real Control. */
let store: Awaited<ReturnType<typeof openTestStore>>
let served: Served
let revision: string

const DOCUMENT = policyText(`  cart:
    authorization:
      mode: dry-run
      default: deny
      rules:
        - { id: web-reads, action: allow, from: [web-api], methods: [GET] }
        - { id: no-admin, action: deny, paths: ["/admin/{**}"] }
        - { id: nobody, action: allow, from: [no-such-caller] }
    timeouts: { mode: enforce, percent: 10, request: 800ms }
    rateLimit: { mode: dry-run, requestsPerSecond: 20 }
    callers: { batch: { timeouts: { request: 100ms }, authorization: { default: allow } } }
`)

const call = (index: number, change: Partial<CallRecord>) => ({
  ts: NOW - (index + 1) * SECOND,
  span_id: spanId(index + 1),
  config_version: revision,
  ...change,
})

beforeAll(async () => {
  store = await openTestStore()
  served = await serveApi(store)
  const set = await served.control.set({ document: DOCUMENT, reason: 'least privilege', actor: 'ann' })
  revision = set.revision
  await insertCalls(store, [
    ...Array.from({ length: 20 }, (_, index) => call(index, {})),
    call(30, { method: 'POST', verdicts: ['authorization=would_deny;rule=default'] }),
    call(31, {
      ...{ path: '/admin/users', route: '/admin/users' },
      verdicts: ['authorization=would_deny;rule=no-admin', 'rateLimit=would_shed;rule=requestsPerSecond'],
    }),
    call(32, {
      ...{ reporter: 'client', source: 'batch', duration_us: 120_000, outcome: 'timeout', status: '504' },
      verdicts: ['timeouts=cut;rule=request;cohort=treated'],
    }),
    call(33, { verdicts: ['timeouts=pass;cohort=control'], reporter: 'client' }),
    call(34, { source: 'batch', method: 'DELETE' }),
    call(35, { verdicts: ['authorization=would_deny;rule=gone'], config_version: 'ffffffff.7' }),
  ])
})
afterAll(async () => {
  await served.close()
  await store.remove()
})

const why = async (index: number, reporter = 'server') => {
  const { status, body } = await served.get<WhyAnswer>(`/api/v1/calls/${spanId(index + 1)}.${reporter}/why`)
  expect([index, status]).toEqual([index, 200])
  whyAnswer.parse(body)
  return body
}
const ANN = { actor: 'ann', reason: 'least privilege', at: expect.stringMatching(/^2026-/) }

test('why a call would be denied: the words of the rule, its line, and who set it', async () => {
  const answer = await why(30)
  expect(answer).toMatchObject({ id: `${spanId(31)}.server`, destination: 'cart', config_version: revision })
  expect(answer.verdicts).toEqual([
    {
      ...{ feature: 'authorization', decision: 'deny', acted: false, rule: 'default' },
      reason: 'nearest rule web-reads does not name POST (caller web-api, believed by trace)',
      place: 'policy:7',
      set_by: ANN,
    },
  ])
})

test('each verdict has its own reason; one that hangs on a state says so', async () => {
  expect((await why(31)).verdicts).toEqual([
    {
      ...{ feature: 'authorization', decision: 'deny', acted: false, rule: 'no-admin' },
      ...{ reason: expect.stringContaining('rule no-admin denies it'), place: 'policy:10', set_by: ANN },
    },
    {
      ...{ feature: 'rateLimit', decision: 'shed', acted: false, rule: 'requestsPerSecond' },
      reason: 'requestsPerSecond 20; the tap went by its state at that moment, which is not kept',
      ...{ place: 'policy:13', set_by: ANN },
    },
  ])
})

test('what holds for one caller is found at its own line', async () => {
  const { verdicts } = await why(32, 'client')
  expect(verdicts).toMatchObject([
    { feature: 'timeouts', decision: 'cut', acted: true, cohort: 'treated', place: 'policy:14' },
  ])
  expect(verdicts[0]!.reason).toContain('100')
})

test('the control cohort, calls without verdicts, and documents that are gone', async () => {
  expect((await why(33, 'client')).verdicts[0]!.reason).toBe(
    'nothing was to be said; the call is of the control cohort',
  )
  expect((await why(0)).verdicts).toEqual([])
  expect((await why(35)).verdicts).toMatchObject([
    { reason: 'the document that it ran under is not known here any more', place: null, set_by: null },
  ])
})

test('a call that is not there is 404, a thing that is no id is 400', async () => {
  expect((await served.get(`/api/v1/calls/${'f'.repeat(16)}.server/why`)).status).toBe(404)
  for (const id of ['x', `${'f'.repeat(16)}.nobody`, `${'f'.repeat(16)}`]) {
    expect((await served.get(`/api/v1/calls/${id}/why`)).status).toBe(400)
  }
})

test('rules with their hits, and those that no call fits', async () => {
  const { body } = await served.get<PoliciesAnswer>('/api/v1/policies?from=now-1h')
  policiesAnswer.parse(body)
  const [cart] = body.services
  expect(cart).toMatchObject({
    service: 'cart',
    mode: 'dry-run',
    percent: 100,
    default: 'deny',
    would_deny: 2,
    denied: 0,
  })
  expect(cart!.rules.map(({ id, line, hits, unused }) => [id, line, hits, unused])).toEqual([
    ['web-reads', 9, 22, false],
    ['no-admin', 10, 1, false],
    ['nobody', 11, 0, true],
  ])
  expect(cart!.rules.map(({ last_seen }) => last_seen)).toEqual([
    '2026-09-21T14:13:19Z',
    '2026-09-21T14:12:48Z',
    null,
  ])
  expect((await served.get<PoliciesAnswer>('/api/v1/policies?service=other')).body.services).toEqual([])
})

test('the matrix and the evidence are served, and keep to their forms', async () => {
  const matrix = await served.get('/api/v1/enforcement')
  expect(enforcementAnswer.parse(matrix.body).cells.map(({ feature }) => feature)).toEqual([
    'timeouts',
    'authorization',
    'rateLimit',
  ])
  const evidence = await served.get('/api/v1/evidence?service=cart&feature=authorization')
  expect(evidenceAnswer.parse(evidence.body)).toMatchObject({ mode: 'dry-run', examined: expect.any(Number) })
  for (const query of ['', '?service=cart', '?service=cart&feature=x', '?service=cart&feature=mtls&more=1']) {
    expect([query, (await served.get(`/api/v1/evidence${query}`)).status]).toEqual([query, 400])
  }
})
