import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BypassSwitch } from '../../tap-proxy/bypass-route.ts'
import { answerBypass } from '../../tap-proxy/bypass-route.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function served(token: string | undefined) {
  const state = { on: false, by: [] as string[] }
  const bypass: BypassSwitch = {
    heldBy: () => [...state.by, ...(state.on ? ['hand'] : [])],
    set: (on) => {
      state.on = on
    },
  }
  const server = createServer(
    (request, response) => void answerBypass(request, response, bypass, 'orders@host', token),
  )
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/bypass`
  const ask = async (body?: string, authorization?: string) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
    const response = await fetch(url, body === undefined ? {} : { method: 'POST', body, headers })
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> }
  }
  return { state, ask }
}

test('says how it stands, and is turned with the token', async () => {
  const { ask, state } = await served('secret')
  expect(await ask()).toEqual({ status: 200, answer: { tap: 'orders@host', bypassed: false, by: [] } })
  expect((await ask('{"bypass": true}', 'Bearer secret')).answer).toMatchObject({
    bypassed: true,
    by: ['hand'],
  })
  state.by = ['file']
  expect((await ask('{"bypass": false}', 'Bearer secret')).answer).toMatchObject({
    bypassed: true,
    by: ['file'],
  })
  expect(state.on).toBe(false)
})

test.each([
  [401, 'TAPMESH_TOKEN_MISSING', '{"bypass": true}', undefined],
  [401, 'TAPMESH_TOKEN_MISSING', '{"bypass": true}', 'Basic secret'],
  [403, 'TAPMESH_TOKEN_WRONG', '{"bypass": true}', 'Bearer secret2'],
  [400, 'TAPMESH_BODY_INVALID', '{"bypass": "yes"}', 'Bearer secret'],
  [400, 'TAPMESH_BODY_INVALID', '', 'Bearer secret'],
  [400, 'TAPMESH_BODY_INVALID', `{"bypass": true}${' '.repeat(100_000)}`, 'Bearer secret'],
])('%d %s', async (status, code, body, authorization) => {
  const { ask, state } = await served('secret')
  expect(await ask(body, authorization)).toMatchObject({ status, answer: { error: { code } } })
  expect(state.on).toBe(false)
})

test('a tap without a token cannot be turned over HTTP', async () => {
  const { ask, state } = await served(undefined)
  const { status, answer } = await ask('{"bypass": true}', 'Bearer undefined')
  expect([status, answer['error']]).toEqual([
    401,
    expect.objectContaining({ hint: expect.stringMatching(/SIGUSR2/) }),
  ])
  expect(state.on).toBe(false)
})
