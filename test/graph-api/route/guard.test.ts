import { request } from 'node:http'
import { answerRoutes, ownRoutes } from '../../../graph-api/route/answers.ts'
import { errorRoute, sendError, unknownMethod, unknownRoute } from '../../../graph-api/route/error.ts'
import { graphRoutes } from '../../../graph-api/route/graph.ts'
import { hostGuard, mutationGuard, securityHeaders } from '../../../graph-api/route/guard.ts'
import { OPERATIONS } from '../../../graph-api/schema/openapi.ts'
import { openTestStore, type Served, serveApi, TOKEN } from '../../support/mesh.ts'

/** Every address with every kind of stranger. */
let store: Awaited<ReturnType<typeof openTestStore>>
let served: Served

beforeAll(async () => {
  store = await openTestStore()
  served = await serveApi(store, { hosts: ['mesh.example'] })
})

afterAll(async () => {
  await served.close()
  await store.remove()
})

const PATHS = [...new Set(OPERATIONS.map(({ path }) => path))]
  .map((path) => path.replace('{trace}', 'a'.repeat(32)).replaceAll(/\{\w+\}/g, 'x'))
  .concat('/openapi.json', '/api/v1/openapi.json', '/', '/map', '/assets/x.js', '/nothing')

/** fetch() forbids some headers, so requests are written by hand. */
function ask(
  method: string,
  path: string,
  headers: Record<string, string>,
  body = '',
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(served.url)
    const all = { ...headers, 'content-length': String(Buffer.byteLength(body)) }
    const sent = request({ host: '127.0.0.1', port, method, path, headers: all }, (response) => {
      if (/event-stream/.test(response.headers['content-type'] ?? '')) {
        resolve({ status: response.statusCode!, headers: response.headers, body: '' })
        response.destroy()
        return
      }
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: text }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const host = () => new URL(served.url).host
const authorised = () => ({
  host: host(),
  authorization: `Bearer ${TOKEN}`,
  'content-type': 'application/json',
})
const codeOf = (body: string): string => JSON.parse(body).error.code

test.each(PATHS)('%s answers no foreign Host', async (path) => {
  for (const foreign of [
    'evil.test',
    'evil.test:7400',
    '127.0.0.1.evil.test',
    'localhost.evil.test',
    'a b',
    '127.0.0.1:80:80',
  ]) {
    const { status, body } = await ask('GET', path, { host: foreign })
    expect([foreign, status, codeOf(body)]).toEqual([foreign, 421, 'TAPMESH_HOST_FORBIDDEN'])
  }
})

test.each(PATHS)('%s changes nothing for strangers', async (path) => {
  const matrix: [string, Record<string, string>, number, string][] = [
    ['no token', { host: host(), 'content-type': 'application/json' }, 401, 'TAPMESH_TOKEN_MISSING'],
    [
      'wrong token',
      { ...authorised(), authorization: `Bearer ${'b'.repeat(64)}` },
      403,
      'TAPMESH_TOKEN_WRONG',
    ],
    ['basic', { ...authorised(), authorization: 'Basic eDp5' }, 401, 'TAPMESH_TOKEN_MISSING'],
    ['foreign origin', { ...authorised(), origin: 'http://evil.test' }, 403, 'TAPMESH_ORIGIN_FORBIDDEN'],
    ['null origin', { ...authorised(), origin: 'null' }, 403, 'TAPMESH_ORIGIN_FORBIDDEN'],
    ['other port', { ...authorised(), origin: 'http://127.0.0.1:1' }, 403, 'TAPMESH_ORIGIN_FORBIDDEN'],
    ['cross site', { ...authorised(), 'sec-fetch-site': 'cross-site' }, 403, 'TAPMESH_ORIGIN_FORBIDDEN'],
    ['same site', { ...authorised(), 'sec-fetch-site': 'same-site' }, 403, 'TAPMESH_ORIGIN_FORBIDDEN'],
    [
      'form',
      { ...authorised(), 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'TAPMESH_BODY_TYPE',
    ],
    ['text', { ...authorised(), 'content-type': 'text/plain' }, 415, 'TAPMESH_BODY_TYPE'],
  ]
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    for (const [name, headers, status, code] of matrix) {
      const answer = await ask(method, path, headers, '{"a":{"x":1,"y":1}}')
      expect([method, name, answer.status, codeOf(answer.body)]).toEqual([method, name, status, code])
    }
  }
})

test('no answer allows another origin to read it, and every answer has its policy', async () => {
  for (const path of PATHS) {
    const { headers } = await ask('GET', path, { host: host(), origin: 'http://evil.test' })
    expect(headers['access-control-allow-origin']).toBeUndefined()
    expect(headers['content-security-policy']).toMatch(/frame-ancestors 'none'/)
    expect(headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe/)
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
    expect(headers['x-powered-by']).toBeUndefined()
  }
})

test('known names of the host get in, with and without a port', async () => {
  for (const name of ['localhost', 'LOCALHOST:7400', '[::1]:7400', 'mesh.example', '127.0.0.1']) {
    expect((await ask('GET', '/api/v1/status', { host: name })).status).toBe(200)
  }
})

test('the owner may change positions, from the page or the command line', async () => {
  const body = '{"a":{"x":1,"y":1}}'
  expect((await ask('PUT', '/api/v1/positions/v', authorised(), body)).status).toBe(200)
  const page = { ...authorised(), origin: served.url, 'sec-fetch-site': 'same-origin' }
  expect((await ask('PUT', '/api/v1/positions/v', page, body)).status).toBe(200)
  const overTls = { ...authorised(), origin: served.url.replace('http:', 'https:') }
  expect((await ask('PUT', '/api/v1/positions/v', overTls, body)).status).toBe(200)
  expect((await ask('POST', '/api/v1/graph', authorised(), body)).status).toBe(405)
})

test.each([
  ['not JSON', '{', 400],
  ['a list', '[1]', 400],
  ['a text', '"x"', 400],
  ['strange fields', '{"a":{"x":1,"y":1,"z":1}}', 400],
  ['no numbers', '{"a":{"x":"1","y":1}}', 400],
  ['too far away', '{"a":{"x":1e99,"y":1}}', 400],
  ['deep nesting', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`, 400],
  [
    'too many nodes',
    JSON.stringify(Object.fromEntries(Array.from({ length: 5001 }, (_, i) => [i, { x: 0, y: 0 }]))),
    400,
  ],
  ['too large', JSON.stringify({ a: 'x'.repeat(1_100_000) }), 413],
])('a body that is %s is refused in words', async (_name, body, wanted) => {
  const { status, body: answer } = await ask('PUT', '/api/v1/positions/v', authorised(), body)
  expect(status).toBe(wanted)
  expect(JSON.parse(answer).error.hint).not.toBe('')
})

test('a prototype in a body changes nothing', async () => {
  await ask(
    'PUT',
    '/api/v1/positions/w',
    authorised(),
    '{"__proto__":{"x":1,"y":2},"constructor":{"x":1,"y":2}}',
  )
  expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  const { body } = await ask('GET', '/api/v1/positions/w', { host: host() })
  expect(body).toBe('{"constructor":{"x":1,"y":2}}')
})

test('the pieces stand alone', () => {
  for (const piece of [
    hostGuard([]),
    mutationGuard(TOKEN),
    securityHeaders,
    errorRoute(() => {}),
    unknownMethod,
    unknownRoute,
    sendError,
    graphRoutes,
    answerRoutes,
    ownRoutes,
  ]) {
    expect(typeof piece).toBe('function')
  }
})
