import type { GraphAnswer } from '../../../graph-api/contract.ts'
import { shopMesh } from '../../support/shop-mesh.ts'

/** Find, hide and groups of the graph and its exports, over HTTP and the real store. */
const mesh = shopMesh()

const get = (query: Record<string, string>, ending = '') =>
  fetch(`${mesh.served.url}/api/v1/graph${ending}?${new URLSearchParams(query)}`)

test('the same words as in the map leave the same services, in every format', async () => {
  const graph = (await (await get({ find: 'destination = cart and not error' })).json()) as GraphAnswer
  expect(graph.nodes.map(({ id }) => id).sort()).toEqual(['10.0.0.99', 'cart'])
  const dot = await (await get({ hide: 'name contains cart or external' }, '.dot')).text()
  expect(dot).not.toContain('"cart"')
  expect(dot).toContain('"web-api"')
  const csv = await (await get({ find: 'cart' }, '.csv')).text()
  expect(csv.trim().split('\r\n')).toHaveLength(1 + 3)
  const svg = await (await get({ find: 'cart', theme: 'dark' }, '.svg')).text()
  expect(svg.match(/<title>/g)).toHaveLength(1 + 3 + 4)
})

test('groups are boxes in the exports too, and new is held against the time before', async () => {
  const mermaid = await (await get({ group: 'zone', open: 'us-1' }, '.mmd')).text()
  expect(mermaid).toMatch(/^flowchart LR/)
  const all = (await (await get({ find: 'new' })).json()) as GraphAnswer
  expect(all.nodes.map(({ id }) => id)).toContain('cart')
  const none = (await (await get({ find: 'gone' })).json()) as GraphAnswer
  expect(none.nodes).toEqual([])
})

test.each([
  [{ find: 'p59 > 1' }, /parameter find: there is no field p59; did you mean p50\? \(letter 1\)/],
  [{ hide: 'a and (b' }, /parameter hide: this bracket is not closed \(letter 7\)/],
  [{ find: 'x'.repeat(501) }, /parameter find/],
  [{ group: 'team' }, /parameter group/],
])('%j is refused in words', async (query, message) => {
  const response = await get(query as Record<string, string>)
  const { error } = (await response.json()) as { error: { message: string } }
  expect(response.status).toBe(400)
  expect(error.message).toMatch(message)
})
