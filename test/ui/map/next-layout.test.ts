import { nextLayout } from '../../../ui/map/next-layout.ts'
import { graphOf, manyServices, shop } from '../../support/fake-graph.ts'

const graph = graphOf(shop(), new Date(0), new Date(300_000))

test('the first picture is fresh, and a dragged node stays where it was put', () => {
  const { layout, fresh } = nextLayout(graph, undefined, { cart: { x: 5, y: 7 } })
  expect(fresh).toBe(true)
  expect(layout.positions['cart']).toEqual({ x: 5, y: 7 })
})

test('a few new services move nothing; a graph that doubles is laid out anew', () => {
  const { layout } = nextLayout(graph, undefined, {})
  const more = { ...graph, nodes: [...graph.nodes, { ...graph.nodes[0]!, id: 'new' }] }
  const grown = nextLayout(more, layout, {})
  expect(grown.fresh).toBe(false)
  expect(grown.layout.positions).toMatchObject(layout.positions)
  const many = graphOf(manyServices(60), new Date(0), new Date(300_000))
  expect(nextLayout({ ...many, nodes: [...graph.nodes, ...many.nodes] }, layout, {}).fresh).toBe(true)
})

test('a service that comes back stands where it stood', () => {
  const { layout } = nextLayout(graph, undefined, {})
  const fewer = { ...graph, nodes: graph.nodes.filter((node) => node.id !== 'cart') }
  const without = nextLayout(fewer, layout, {}).layout
  expect(without.positions['cart']).toBeUndefined()
  const remembered = { spacing: layout.spacing, positions: { ...layout.positions, ...without.positions } }
  expect(nextLayout(graph, remembered, {}).layout.positions['cart']).toEqual(layout.positions['cart'])
})
