import type { CallsAnswer, GraphAnswer } from '../../../graph-api/contract.ts'
import { OPERATIONS } from '../../../graph-api/schema/openapi.ts'
import { insertCalls, NOW, openTestStore, SECOND, type Served, serveApi, spanId } from '../../support/mesh.ts'

let store: Awaited<ReturnType<typeof openTestStore>>
let served: Served

const NAMES = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'; DROP TABLE x --",
  'a/b?c#d',
  '../..',
  '%2e%2e',
  'naïve\n\u0000',
]

beforeAll(async () => {
  store = await openTestStore()
  await store.command('CREATE TABLE tapmesh.canary (n UInt8) ENGINE = MergeTree ORDER BY n')
  await store.command('INSERT INTO tapmesh.canary SELECT 1')
  await insertCalls(
    store,
    NAMES.map((name, index) => ({
      ts: NOW - SECOND,
      span_id: spanId(index + 1),
      source: name,
      destination: `to ${name}`,
      path: `/${name}`,
      route: `/${name}`,
    })),
  )
  served = await serveApi(store)
})

afterAll(async () => {
  await served.close()
  await store.remove()
})

/** The first ones go into every parameter, the others where a text may be anything. */
const EVERYWHERE = 6
const PAYLOADS = [
  "' OR '1'='1",
  "'; DROP TABLE tapmesh.canary; --",
  "x'\n\nDROP TABLE tapmesh.canary",
  "') UNION ALL SELECT * FROM system.users --",
  "\\'; DROP TABLE tapmesh.canary; --",
  '1; DROP TABLE tapmesh.canary',
  '{x:String}',
  "file('/etc/passwd')",
  '%27%20OR%201=1',
  "' INTO OUTFILE '/tmp/x",
  '\u0000',
  '\t\n\r',
  '\\N',
  '\\',
  '😀\ud800',
  '%',
  '_',
  '-1',
  '1e9',
  'NaN',
  '[]',
  '__proto__',
  'a'.repeat(3000),
]

async function expectCalm(path: string): Promise<void> {
  const response = await fetch(served.url + path)
  const text = await response.text()
  expect([path, response.status, text.slice(0, 200)]).toEqual([
    path,
    expect.toBeOneOfStatuses(),
    expect.anything(),
  ])
  expect(text).not.toMatch(/DB::Exception|root:x:|Syntax error/)
}

expect.extend({
  toBeOneOfStatuses: (status: unknown) => ({
    pass: [200, 400, 404].includes(status as number),
    message: () => `status ${status}`,
  }),
})

declare global {
  namespace jest {
    interface Expect {
      toBeOneOfStatuses(): unknown
    }
  }
}

const GETS = OPERATIONS.filter(({ method, path }) => method === 'get' && !path.endsWith('/stream'))

test.each(GETS.map(({ path }) => path))('%s takes any text in any parameter calmly', async (path) => {
  const operation = GETS.find((entry) => entry.path === path)!
  const filled = (name = '', value = '') =>
    path.replaceAll(/\{(\w+)\}/g, (_, own: string) =>
      encodeURIComponent(own === name ? value : own === 'trace' ? 'a'.repeat(32) : 'x'),
    )
  const full = path.endsWith('/calls') || path.endsWith('{service}')
  for (const [at, text] of PAYLOADS.entries()) {
    const payload = text.toWellFormed()
    if (at >= EVERYWHERE && !full) break
    for (const name of Object.keys(operation.names ?? {})) await expectCalm(filled(name, payload))
    for (const name of Object.keys(operation.query?.shape ?? {})) {
      if (at >= EVERYWHERE && name !== 'source' && name !== 'path') continue
      await expectCalm(`${filled()}?${name}=${encodeURIComponent(payload)}`)
    }
    await expectCalm(`${filled()}?${encodeURIComponent(payload)}=1`)
  }
  for (const raw of ['?from=now&from=now', '?from[]=now', '?%', '?__proto__=1', '?constructor=1']) {
    const response = await fetch(served.url + filled() + raw)
    expect([raw, response.status]).toEqual([raw, 400])
  }
  const [canary] = await store.read<{ n: number }>('SELECT sum(n) AS n FROM tapmesh.canary')
  expect(canary).toEqual({ n: 1 })
})

test('what is wrong is named', async () => {
  const { body } = await served.get<{ error: { code: string; message: string } }>(
    '/api/v1/calls?min_duration_us=-1',
  )
  expect(body.error).toMatchObject({
    code: 'TAPMESH_QUERY_INVALID',
    message: expect.stringMatching(/^parameter min_duration_us: /),
  })
  const unknown = await served.get<{ error: { message: string } }>('/api/v1/calls?sorce=x')
  expect(unknown.body.error.message).toBe('parameter sorce: is not known here')
})

test('a path that cannot be decoded is a 400', async () => {
  expect((await fetch(`${served.url}/api/v1/services/%E0%A4%A`)).status).toBe(400)
})

test('hostile names come back as data, and can be asked for', async () => {
  const { body: graph } = await served.get<GraphAnswer>('/api/v1/graph')
  for (const { source, destination } of graph.edges) {
    expect(destination).toBe(`to ${source}`)
    const address = `/api/v1/edges/${encodeURIComponent(source)}/${encodeURIComponent(destination)}`
    expect([source, (await served.get(address)).status]).toEqual([source, 200])
    const { body } = await served.get<CallsAnswer>(`/api/v1/calls?source=${encodeURIComponent(source)}`)
    expect(body.calls.map((call) => call.destination)).toEqual([destination])
  }
  expect(graph.edges).toHaveLength(NAMES.length)
  expect(graph.edges.map(({ source }) => source)).toContain('<script>alert(1)</script>')
  const picture = await (await fetch(`${served.url}/api/v1/graph.svg`)).text()
  expect(picture).not.toMatch(/<script|<img/)
})
