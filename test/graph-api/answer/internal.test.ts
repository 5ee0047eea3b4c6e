import { readGraph } from '../../../graph-api/answer/graph.ts'
import { insertCalls, NOW, openTestStore, SECOND, spanId } from '../../support/mesh.ts'

test('work inside a service is in the store and in traces, and no edge of the graph', async () => {
  const store = await openTestStore()
  const at = { ts: NOW - 30 * SECOND, reporter: 'otlp', source: 'orders' } as const
  await insertCalls(store, [
    { ...at, span_id: spanId(1), destination: 'cart' },
    { ...at, span_id: spanId(2), destination: 'orders', protocol: 'internal' },
  ])
  const { edges, nodes } = await readGraph(store, { from_us: NOW - 60 * SECOND, to_us: NOW }, NOW)
  expect(edges.map(({ source, destination, calls }) => [source, destination, calls])).toEqual([
    ['orders', 'cart', 1],
  ])
  expect(nodes.map(({ id }) => id)).toEqual(['cart', 'orders'])
  await store.remove()
})
