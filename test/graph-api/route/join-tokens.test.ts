import type { JoinTokenAsk } from '../../../model/identity.ts'
import { openTestStore, type Served, serveApi, TOKEN } from '../../support/mesh.ts'

let store: Awaited<ReturnType<typeof openTestStore>>
let served: Served
let without: Served
const asked: JoinTokenAsk[] = []
const ANSWER = {
  token: 'tmj_secret',
  id: 'spiffe://prod.example/svc/orders',
  tap: null,
  expires_at: '2026-09-21T14:23:20.000Z',
}

beforeAll(async () => {
  store = await openTestStore()
  served = await serveApi(store, {
    joinToken: async (ask) => {
      asked.push(ask)
      return ANSWER
    },
  })
  without = await serveApi(store, { control: served.control })
})
afterAll(async () => {
  await served.close()
  await without.close()
  await store.remove()
})

async function post(body: unknown, { url } = served, token = TOKEN) {
  const response = await fetch(`${url}/api/v1/join-tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as { error?: { code: string } } }
}

test('a token for a service, with who and why', async () => {
  const answer = await post({ service: 'orders', reason: ' first tap ', actor: 'ada' })
  expect(answer).toEqual({ status: 200, body: ANSWER })
  expect(asked).toEqual([{ service: 'orders', reason: 'first tap', actor: 'ada' }])
})

test.each([
  ['no reason', { service: 'orders' }, 'TAPMESH_REASON_MISSING'],
  ['no service', { reason: 'why' }, 'TAPMESH_QUERY_INVALID'],
  ['a service that fits no SPIFFE ID', { service: 'a/b', reason: 'why' }, 'TAPMESH_QUERY_INVALID'],
  ['a key too many', { service: 'a', reason: 'why', admin: true }, 'TAPMESH_QUERY_INVALID'],
])('%s: refused', async (_, body, code) => {
  expect(await post(body)).toMatchObject({ status: 400, body: { error: { code } } })
})

test('not without the token, and nowhere where nobody signs', async () => {
  expect(await post({ service: 'orders', reason: 'why' }, served, 'x'.repeat(20))).toMatchObject({
    status: 403,
  })
  expect(await post({ service: 'orders', reason: 'why' }, without)).toMatchObject({
    status: 404,
    body: { error: { message: 'this mesh signs no certificates' } },
  })
})
