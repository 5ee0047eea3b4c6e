import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { sendError, tokenGuard } from '../../../collector/http/guard.ts'
import { IdentityAuthority } from '../../../control/identity/identity.ts'
import { identityRoute } from '../../../control/identity/route.ts'
import type { IdentityGrant } from '../../../model/identity.ts'
import { makeRequest } from '../../support/identity/request.ts'

const TOKEN = 'a-token-of-this-collector'
let folder = ''
let authority: IdentityAuthority
let server: Server
let url = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tapmesh-ca-'))
  authority = new IdentityAuthority({
    folder,
    trustDomain: () => 'prod.example',
    audit: async () => {},
    onWarning: () => {},
  })
  const app = express().post('/v1/identity/:tap', identityRoute(tokenGuard(TOKEN), authority, sendError))
  server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/identity`
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

async function post(tap: string, body: unknown, token = TOKEN) {
  const response = await fetch(`${url}/${encodeURIComponent(tap)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as { error?: { code: string } } }
}

test('a tap with any name that a tap may have joins', async () => {
  const { token } = await authority.joinToken({ service: 'orders', reason: 'test', tap: 'orders@host/a:1' })
  const { csr } = await makeRequest()
  const answer = await post('orders@host/a:1', { csr, join_token: token })
  expect(answer.status).toBe(200)
  expect((answer.body as unknown as IdentityGrant).id).toBe('spiffe://prod.example/svc/orders')
})

test.each([
  ['not JSON', '{', 400, 'TAPMESH_BODY_INVALID'],
  ['no object', '[]', 400, 'TAPMESH_BODY_INVALID'],
  ['no request in it', {}, 400, 'TAPMESH_BODY_INVALID'],
  ['a request that is no text', { csr: 7 }, 400, 'TAPMESH_BODY_INVALID'],
  ['half a renewal', { csr: 'x', renewal: { certificate: 'x' } }, 400, 'TAPMESH_BODY_INVALID'],
  ['a renewal that is no object', { csr: 'x', renewal: 'x' }, 400, 'TAPMESH_BODY_INVALID'],
  ['far too much', { csr: 'x'.repeat(100_000) }, 413, 'TAPMESH_BODY_TOO_LARGE'],
  ['no right', { csr: 'x' }, 403, 'TAPMESH_JOIN_TOKEN_REFUSED'],
])('%s', async (_, body, status, code) => {
  expect(await post('orders-1', body)).toMatchObject({ status, body: { error: { code } } })
})

test('without the token of the collector nothing is even read', async () => {
  expect(await post('orders-1', '{', 'another-token-than-that-one')).toMatchObject({ status: 403 })
  expect(await post('no name', { csr: 'x' })).toMatchObject({ status: 400 })
})
