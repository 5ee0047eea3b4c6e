import fc from 'fast-check'
import type { Layout, LayoutInput } from '../../picture/layout.ts'
import { layout } from '../../picture/layout.ts'
import { manyServices, shop } from '../support/fake-graph.ts'

const graphs = fc
  .record({
    count: fc.integer({ min: 1, max: 40 }),
    pairs: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 120 }),
  })
  .map(({ count, pairs }): LayoutInput => {
    const nodes = Array.from({ length: count }, (_, at) => ({ id: `s${at}` }))
    const edges = pairs.map(([a, b]) => ({ source: `s${a % count}`, destination: `s${b % count}` }))
    return { nodes, edges }
  })

function overlaps({ positions, spacing }: Layout): string[] {
  const all = Object.entries(positions)
  return all.flatMap(([a, one], at) =>
    all
      .slice(at + 1)
      .filter(
        ([, other]) =>
          Math.abs(one.x - other.x) < spacing.node_width && Math.abs(one.y - other.y) < spacing.node_height,
      )
      .map(([b]) => `${a} ${b}`),
  )
}

const shopInput = (): LayoutInput => ({ nodes: shop().services, edges: shop().links })

test('no two boxes overlap, whatever the graph', () => {
  fc.assert(fc.property(graphs, (graph) => expect(overlaps(layout(graph))).toEqual([])))
})

test('the same graph gives the same picture, in whatever order it is told', () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const turned = { nodes: graph.nodes.toReversed(), edges: graph.edges.toReversed() }
      expect(layout(turned)).toEqual(layout(graph))
    }),
  )
})

test('a new edge moves nothing, and a new node is the only one placed', () => {
  fc.assert(
    fc.property(graphs, fc.nat(), fc.nat(), (graph, a, b) => {
      const before = layout(graph)
      const names = graph.nodes.map((it) => it.id)
      const edge = { source: names[a % names.length]!, destination: names[b % names.length]! }
      expect(layout({ ...graph, edges: [...graph.edges, edge] }, before).positions).toEqual(before.positions)
      const grown = layout(
        {
          nodes: [...graph.nodes, { id: 'new' }],
          edges: [...graph.edges, { source: edge.source, destination: 'new' }],
        },
        before,
      )
      const { new: placed, ...others } = grown.positions
      expect(others).toEqual(before.positions)
      expect(placed).toBeDefined()
      expect(overlaps(grown)).toEqual([])
    }),
  )
})

test('a whole second graph fits beside a known one without overlap', () => {
  const small = layout(shopInput())
  const more = manyServices(60)
  const grown = layout(
    { nodes: [...shopInput().nodes, ...more.services], edges: [...shopInput().edges, ...more.links] },
    small,
  )
  expect(overlaps(grown)).toEqual([])
  expect(grown.positions).toMatchObject(small.positions)
})

test('callers stand left of what they call', () => {
  const { positions } = layout(shopInput())
  for (const { source, destination } of shopInput().edges) {
    expect(positions[source]!.x).toBeLessThan(positions[destination]!.x)
  }
})

test('names that mean something to JavaScript are only names', () => {
  const nodes = ['__proto__', 'constructor', 'toString'].map((id) => ({ id }))
  const edges = [{ source: '__proto__', destination: 'constructor' }]
  const first = layout({ nodes, edges })
  expect(Object.keys(first.positions).sort()).toEqual(['__proto__', 'constructor', 'toString'])
  expect(layout({ nodes, edges }, first).positions).toEqual(first.positions)
})

test('an empty graph has an empty frame', () => {
  expect(layout({ nodes: [], edges: [] })).toMatchObject({ positions: {}, width: 0, height: 0 })
})
