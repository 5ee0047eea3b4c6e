import { readRoutes } from '../../../graph-api/query/routes.ts'
import { insertCalls, NOW, openTestStore, SECOND } from '../../support/mesh.ts'

test('routes of two protocols on one edge do not add up', async () => {
  const store = await openTestStore()
  const call = { source: 'shop', destination: 'db', route: 'orders', method: 'GET', ts: NOW - 60 * SECOND }
  await insertCalls(store, [
    { ...call, protocol: 'http' },
    { ...call, protocol: 'http' },
    { ...call, protocol: 'opaque' },
  ])
  const span = { from_us: NOW - 600 * SECOND, to_us: NOW }
  const edge = (protocol: string) => ({ source: 'shop', destination: 'db', reporter: 'server', protocol })
  const read = async (...protocols: string[]) =>
    (await readRoutes(store, span, NOW, protocols.map(edge), 0)).map(({ protocol, calls }) => [
      protocol,
      calls,
    ])
  expect(await read('http', 'opaque')).toEqual([
    ['http', 2],
    ['opaque', 1],
  ])
  expect(await read('opaque')).toEqual([['opaque', 1]])
  await store.remove()
})
