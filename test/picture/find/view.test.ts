import { parseFind } from '../../../picture/find/grammar.ts'
import { beforeOf, leftOf, viewOf, withGone } from '../../../picture/find/view.ts'
import { graphOf, shop } from '../../support/fake-graph.ts'

const graph = graphOf(shop(), new Date(0), new Date(300_000))
const ids = (view: { graph: typeof graph }) => view.graph.nodes.map((node) => node.id).sort()

test('nothing asked is the graph itself', () => {
  expect(viewOf(graph, {}).graph).toBe(graph)
  expect(leftOf(graph, undefined)).toBe(graph)
  expect(beforeOf(undefined)).toBeUndefined()
})

test('find leaves what matches with its other ends, hide takes away, groups close what is left', () => {
  expect(ids(viewOf(graph, { find: parseFind('payment') }))).toEqual([
    'cart',
    'notification',
    'payment',
    'shipping.example',
  ])
  expect(ids(viewOf(graph, { find: parseFind('payment'), hide: parseFind('cart') }))).not.toContain('cart')
  const { graph: grouped, members } = viewOf(graph, { group: 'zone', open: ['eu-2'] })
  expect([...members.keys()]).toEqual(['zone: eu-1'])
  expect(grouped.nodes.map((node) => node.id)).toContain('payment')
})

test('what is gone is there again, silent', () => {
  const now = {
    ...graph,
    nodes: graph.nodes.filter((node) => node.id !== 'cart'),
    edges: graph.edges.filter((edge) => edge.source !== 'cart' && edge.destination !== 'cart'),
  }
  const view = viewOf(now, { find: parseFind('gone'), before: graph })
  expect(view.graph.nodes.find((node) => node.id === 'cart')).toMatchObject({ calls: 0, health: 'idle' })
  expect(withGone(graph, graph)).toBe(graph)
})
