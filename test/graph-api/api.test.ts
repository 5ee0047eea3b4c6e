import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createGraphApi } from '../../graph-api/api.ts'
import type {
  CallsAnswer,
  EdgeAnswer,
  GraphAnswer,
  ServiceAnswer,
  ServicesAnswer,
  StatusAnswer,
} from '../../graph-api/contract.ts'
import { shopCalls } from '../support/shop-calls.ts'
import { shopMesh } from '../support/shop-mesh.ts'

/** The whole API over a real store, against golden answers for a small seeded shop. */
const mesh = shopMesh()

const golden = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'golden', 'graph', `${name}.json`), 'utf8'))

test('the graph of the shop is the golden one', async () => {
  const { status, body } = await mesh.served.get<GraphAnswer>('/api/v1/graph')
  expect(status).toBe(200)
  expect(body).toEqual(golden('shop'))
})

test('a call seen from both sides counts once', async () => {
  const { body } = await mesh.served.get<GraphAnswer>('/api/v1/graph')
  const edge = body.edges.find(({ destination }) => destination === 'recommendation')!
  expect(edge).toMatchObject({ calls: 280, other_side_calls: 280, reporter: 'server' })
  expect(body.coverage.calls).toBe(280 + 280 + 140 + 100 + 40 + 5)
})

test('exports of the graph are the golden ones', async () => {
  const texts: Record<string, string> = {}
  for (const ending of ['dot', 'mmd', 'csv']) {
    texts[ending] = await (await fetch(`${mesh.served.url}/api/v1/graph.${ending}`)).text()
  }
  expect(texts).toEqual(golden('shop-exports'))
  const picture = await fetch(`${mesh.served.url}/api/v1/graph.svg?theme=dark`)
  expect(picture.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8')
  expect(await picture.text()).toMatch(/^<svg .*recommendation.*<\/svg>\s*$/s)
})

test('an unchanged graph is not sent again', async () => {
  const first = await fetch(`${mesh.served.url}/api/v1/graph`)
  const again = await fetch(`${mesh.served.url}/api/v1/graph`, {
    headers: { 'if-none-match': first.headers.get('etag')! },
  })
  expect(again.status).toBe(304)
})

test('services lists every name with its kind', async () => {
  const { body } = await mesh.served.get<ServicesAnswer>('/api/v1/services')
  expect(Object.fromEntries(body.services.map(({ id, kind }) => [id, kind]))).toEqual({
    '10.0.0.99': 'caller',
    'api.shipping.example': 'external',
    browser: 'caller',
    cart: 'service',
    'purchase-history': 'service',
    recommendation: 'service',
    'web-api': 'service',
  })
})

test('a service shows callers, dependencies and what its own rows say', async () => {
  const { body } = await mesh.served.get<ServiceAnswer>('/api/v1/services/cart')
  expect(body.callers.map(({ source, calls }) => [source, calls])).toEqual([
    ['web-api', 100],
    ['10.0.0.99', 5],
  ])
  expect(body.dependencies.map(({ destination }) => destination)).toEqual(['api.shipping.example'])
  expect(body.service.calls).toBe(105)
  expect(body.series.points.reduce((sum, { calls }) => sum + calls, 0)).toBe(105)
  expect(body.routes).toMatchObject([{ method: 'GET', route: '/cart/{id}', calls: 105 }])
  expect(body.statuses.reduce((sum, { calls }) => sum + calls, 0)).toBe(105)
  expect(body.instances.map(({ instance }) => instance).sort()).toEqual(['10.0.0.1:80', '10.0.0.2:80'])
})

test('an edge shows both sides and the network between them', async () => {
  const { body } = await mesh.served.get<EdgeAnswer>('/api/v1/edges/web-api/recommendation')
  expect(body.sides.map(({ reporter, calls }) => [reporter, calls])).toEqual([
    ['server', 280],
    ['client', 280],
  ])
  expect(body.network_p50_us).toBe(400)
  expect(body.sides[1]!.p50_us).toBeGreaterThan(body.sides[0]!.p50_us)
  expect(body.exemplars.map(({ kind }) => kind)).toEqual(
    Array(3).fill('slowest').concat(Array(3).fill('median')),
  )
  const slowest = body.exemplars[0]!.call.duration_us
  const { body: all } = await mesh.served.get<CallsAnswer>(
    '/api/v1/calls?destination=recommendation&reporter=server&limit=1000',
  )
  expect(Math.max(...all.calls.map(({ duration_us }) => duration_us))).toBe(slowest)
})

test('what is not known is 404 with a hint', async () => {
  for (const path of ['services/nobody', 'edges/cart/browser', `traces/${'f'.repeat(32)}`, 'nothing']) {
    const { status, body } = await mesh.served.get<{ error: { code: string; hint: string } }>(
      `/api/v1/${path}`,
    )
    expect([path, status, body.error.code]).toEqual([path, 404, 'TAPMESH_NOT_FOUND'])
    expect(body.error.hint).not.toBe('')
  }
})

test('status tells how full the store is', async () => {
  const { body } = await mesh.served.get<StatusAnswer>('/api/v1/status')
  expect(body.store).toMatchObject({ kind: 'embedded', ok: true, rows: shopCalls().length })
  expect(body.store.bytes).toBeGreaterThan(0)
})

test('positions are kept, by view and node', async () => {
  const put = (positions: unknown) =>
    fetch(`${mesh.served.url}/api/v1/positions/map`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${'a'.repeat(64)}`, 'content-type': 'application/json' },
      body: JSON.stringify(positions),
    })
  expect((await put({ cart: { x: 1, y: 2 }, 'we"ird\\ñ': { x: -3.5, y: 4 } })).status).toBe(200)
  const { body } = await mesh.served.get('/api/v1/positions/map')
  expect(body).toEqual({ cart: { x: 1, y: 2 }, 'we"ird\\x5c\\xc3\\xb1': { x: -3.5, y: 4 } })
  expect((await mesh.served.get('/api/v1/positions/other')).body).toEqual({})
})

test('the API opens no port and no stream by itself, and closes twice without harm', () => {
  const api = createGraphApi({
    store: mesh.store,
    control: mesh.served.control,
    version: '0.0.0',
    token: 'a'.repeat(64),
    collectorStatus: () => {
      throw new Error('nobody asked')
    },
  })
  api.close()
  api.close()
  expect(typeof api.app).toBe('function')
})
