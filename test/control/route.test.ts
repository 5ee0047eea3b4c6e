import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Collector, createCollector } from '../../collector/collector.ts'
import { Control } from '../../control/control.ts'
import { waitOf } from '../../control/route.ts'
import { TAPS_MAX } from '../../control/tap-configs.ts'
import { WAITING_MAX } from '../../control/waiting.ts'
import { CONTROL_SERVICES_MAX, type ControlState, type TapConfigStatus } from '../../model/control.ts'
import { TOKEN } from '../support/batch.ts'
import { openTestStore } from '../support/mesh.ts'
import { policyText } from '../support/policy.ts'

/** What taps ask of control, over the real HTTP of the collector. */
let store: Awaited<ReturnType<typeof openTestStore>>
let control: Control
let collector: Collector
let folder: string
let url: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapmesh-control-'))
  store = await openTestStore()
})
beforeEach(async () => {
  control = await Control.open({ store })
  collector = await createCollector({ store, folder, token: TOKEN, control })
  url = (await collector.listen(0)).url
})
afterEach(async () => {
  await collector.close()
  await control.close()
})
afterAll(async () => {
  await store.remove()
  await rm(folder, { recursive: true, force: true })
})

const AUTHORIZED = { authorization: `Bearer ${TOKEN}` }
const ask = (tap: string, services: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/config/${encodeURIComponent(tap)}?services=${services}`, {
    headers: { ...AUTHORIZED, ...headers },
  })
const tell = (tap: string, status: unknown, headers: Record<string, string> = AUTHORIZED) =>
  fetch(`${url}/v1/config/${encodeURIComponent(tap)}/status`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof status === 'string' ? status : JSON.stringify(status),
  })
const setTimeoutsTo = (request: string) =>
  control.set({
    document: policyText(`  cart: { timeouts: { mode: dry-run, request: ${request} } }\n`),
    reason: 'a try',
  })
const waiting = (revision: string) => ({ 'if-none-match': `"${revision}"`, prefer: 'wait=30' })

/** Resolves when so many wait: a request says so by nothing else than by being there. */
async function untilWaiting(count: number): Promise<void> {
  while (control.waiting.size < count) await new Promise((resolve) => setImmediate(resolve))
}

const ACK: TapConfigStatus = {
  ...{ revision: '0.0', result: 'ack', active: '0.0', ignored: [], age_s: 0, bypassed: false },
}

test('the whole state at once, with its revision as the tag', async () => {
  const { revision } = await setTimeoutsTo('2s')
  const response = await ask('cart@host', 'cart,orders')
  expect(response.status).toBe(200)
  expect(response.headers.get('etag')).toBe(`"${revision}"`)
  const state = (await response.json()) as ControlState
  expect(state).toMatchObject({
    revision,
    services: { cart: { features: { timeouts: { request: 2_000_000 } } } },
  })
  expect(Object.keys(state.services)).toEqual(['cart'])
})

test('as many services as a tap may ask for, with the longest names', async () => {
  const names = Array.from(
    { length: CONTROL_SERVICES_MAX },
    (_, index) => `${'x'.repeat(124)}-${index + 100}`,
  )
  const response = await ask('cart@host', names.join(','))
  expect(response.status).toBe(200)
})

test('what is known is 304, what is of another history is not', async () => {
  const { revision } = await setTimeoutsTo('2s')
  for (const tag of [`"${revision}"`, `W/"${revision}"`, `"other", "${revision}"`]) {
    const response = await ask('cart@host', 'cart', { 'if-none-match': tag })
    expect([response.status, response.headers.get('etag')]).toEqual([304, `"${revision}"`])
  }
  expect((await ask('cart@host', 'cart', { 'if-none-match': '"00000000.1"' })).status).toBe(200)
})

test('who waits gets the next revision at once', async () => {
  const { revision } = await setTimeoutsTo('2s')
  const answer = ask('cart@host', 'cart', waiting(revision))
  await untilWaiting(1)
  const next = await setTimeoutsTo('1s')
  const response = await answer
  expect(response.headers.get('preference-applied')).toBe('wait=30')
  expect(await response.json()).toMatchObject({ revision: next.revision })
  expect(control.waiting.size).toBe(0)
})

test('a wait whose time is over is 304; whoever hangs up waits no longer', async () => {
  const { revision } = await setTimeoutsTo('2s')
  expect((await ask('cart@host', 'cart', { ...waiting(revision), prefer: 'wait=1' })).status).toBe(304)
  const hangUp = new AbortController()
  const left = fetch(`${url}/v1/config/cart?services=cart`, {
    headers: { ...AUTHORIZED, ...waiting(revision) },
    signal: hangUp.signal,
  })
  await untilWaiting(1)
  hangUp.abort()
  await expect(left).rejects.toThrow()
  while (control.waiting.size > 0) await new Promise((resolve) => setImmediate(resolve))
})

test('closing ends every wait with what is known', async () => {
  const { revision } = await setTimeoutsTo('2s')
  const answer = ask('cart@host', 'cart', waiting(revision))
  await untilWaiting(1)
  await collector.close()
  expect((await answer).status).toBe(304)
})

test('a thousand wait, all are woken by one change; one more is sent away', async () => {
  const { revision } = await setTimeoutsTo('2s')
  const answers = Array.from({ length: WAITING_MAX }, (_, index) =>
    ask(`cart@${index}`, 'cart', waiting(revision)),
  )
  await untilWaiting(WAITING_MAX)
  const sent = await ask('one-more', 'cart', waiting(revision))
  expect([sent.status, sent.headers.get('retry-after')]).toEqual([503, '2'])
  expect(await sent.json()).toMatchObject({ error: { code: 'TAPMESH_CONTROL_BUSY' } })
  const next = await setTimeoutsTo('1s')
  const states = await Promise.all(
    answers.map(async (answer) => (await (await answer).json()) as ControlState),
  )
  expect(new Set(states.map((state) => state.revision))).toEqual(new Set([next.revision]))
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toContain('tapmesh_collector_config_waits_refused_total 1')
  expect(metrics).toContain('tapmesh_collector_config_waiting 0')
  expect(metrics).toContain(`tapmesh_collector_config_revision ${next.revision.split('.')[1]}`)
  expect(metrics).toContain('tapmesh_collector_config_bypassed 0')
})

test('taps and what they told are listed by name', async () => {
  const { revision } = await setTimeoutsTo('2s')
  await ask('cart@two', 'cart,orders')
  await ask('cart@one', 'cart,orders')
  expect(control.current().taps).toEqual([])
  const nack = { ...ACK, revision, result: 'nack', error: 'percent: is not a number', ignored: ['mirror'] }
  expect((await tell('cart@two', { ...ACK, revision, active: revision, more: 1 })).status).toBe(204)
  expect((await tell('cart@one', nack)).status).toBe(204)
  expect(control.current().taps).toEqual([
    { ...nack, tap: 'cart@one', service: 'cart', seen_at: expect.any(String), reachable: true },
    {
      ...ACK,
      revision,
      active: revision,
      tap: 'cart@two',
      service: 'cart',
      seen_at: expect.any(String),
      reachable: true,
    },
  ])
})

test('of a tap that says much the beginning is kept', () => {
  const ignored = Array.from({ length: 60 }, (_, index) => `feature-${index}-${'x'.repeat(500)}`)
  control.taps.told('loud', { ...ACK, ignored, error: 'y'.repeat(4000) }, Date.now())
  const [tap] = control.current().taps
  expect([tap!.ignored.length, tap!.ignored.at(-1), tap!.error!.length]).toEqual([51, 'and 10 more', 1024])
  expect(Math.max(...tap!.ignored.map((name) => name.length))).toBe(128)
})

test('taps that are silent for two waits are unreachable, and the longest silent is forgotten first', () => {
  for (let index = 0; index <= TAPS_MAX; index++) control.taps.told(`tap-${index}`, ACK, index)
  expect(control.taps.forgotten).toBe(1)
  const taps = control.taps.list(61_000)
  expect(taps).toHaveLength(TAPS_MAX)
  expect(taps.find(({ tap }) => tap === 'tap-0')).toBeUndefined()
  expect(taps.find(({ tap }) => tap === 'tap-999')).toMatchObject({ reachable: false })
  expect(taps.find(({ tap }) => tap === 'tap-1000')).toMatchObject({ reachable: true })
})

test.each([
  ['no token', () => fetch(`${url}/v1/config/cart`), 401, 'TAPMESH_TOKEN_MISSING'],
  [
    'another token',
    () => ask('cart', 'cart', { authorization: `Bearer ${'x'.repeat(32)}` }),
    403,
    'TAPMESH_TOKEN_WRONG',
  ],
  ['no name', () => ask('a b', 'cart'), 400, 'TAPMESH_QUERY_INVALID'],
  ['no services', () => ask('cart', 'a%20b'), 400, 'TAPMESH_QUERY_INVALID'],
  ['too many services', () => ask('cart', Array(201).fill('a').join(',')), 400, 'TAPMESH_QUERY_INVALID'],
  ['a status without token', () => tell('cart', ACK, {}), 401, 'TAPMESH_TOKEN_MISSING'],
  ['half a status', () => tell('cart', '{"revision":'), 400, 'TAPMESH_BODY_INVALID'],
  ['a status of another form', () => tell('cart', { ...ACK, result: 'maybe' }), 400, 'TAPMESH_BODY_INVALID'],
  [
    'a large status',
    () => tell('cart', { ...ACK, error: 'x'.repeat(70_000) }),
    413,
    'TAPMESH_BODY_TOO_LARGE',
  ],
])('%s is refused with a code', async (_what, request, status, code) => {
  const response = await request()
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ error: { code } })
})

test.each([
  ['wait=30', 30],
  ['respond-async, wait=10', 10],
  ['wait="7"; x=1', 7],
  ['WAIT=5', 5],
  ['wait=999999', 30],
  ['wait=-1', 0],
  ['await=9', 0],
  [undefined, 0],
])('Prefer: %s waits %d s', (header, seconds) => {
  expect(waitOf(header)).toBe(seconds)
})
