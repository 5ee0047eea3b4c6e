import { collapse, groupId, groupName, groupsOf } from '../../picture/group.ts'
import { graphOf, shop } from '../support/fake-graph.ts'

const shape = shop()
for (const it of shape.services) if (['cart', 'payment', 'pricing'].includes(it.id)) it.id = `shop.${it.id}`
for (const link of shape.links) {
  for (const end of ['source', 'destination'] as const) {
    if (['cart', 'payment', 'pricing'].includes(link[end])) link[end] = `shop.${link[end]}`
  }
}
const graph = graphOf(shape, new Date(0), new Date(300_000))
const total = (it: typeof graph) => it.edges.reduce((sum, edge) => sum + edge.calls, 0)

test('a namespace is what stands before the last dot or slash; a zone is the only one', () => {
  const node = graph.nodes[2]!
  const named = (id: string) => groupName({ ...node, id, kind: 'service' }, 'namespace')
  expect(['a', 'a.b', 'a.b.c', 'team/a', '.x'].map(named)).toEqual(['', 'a', 'a.b', 'team', ''])
  expect(groupName({ ...node, zones: ['eu', 'us'] }, 'zone')).toBe('')
  expect([...groupsOf(graph, 'namespace')].map(([name, members]) => [name, members.length])).toEqual([
    ['shop', 3],
  ])
})

test('a closed group is one box; calls between boxes add up, calls inside are not drawn', () => {
  const { graph: drawn, members } = collapse(graph, 'namespace', new Set(['shop']))
  const box = groupId('namespace', 'shop')
  expect(members.get(box)!.toSorted()).toEqual(['shop.cart', 'shop.payment', 'shop.pricing'])
  expect(drawn.nodes).toHaveLength(graph.nodes.length - 2)
  const inside = graph.edges
    .filter((edge) => edge.source === 'shop.cart' && edge.destination === 'shop.payment')
    .reduce((sum, edge) => sum + edge.calls, 0)
  expect(total(drawn)).toBe(total(graph) - inside)
  const own = drawn.nodes.find((node) => node.id === box)!
  const into = graph.edges.filter((edge) => members.get(box)!.includes(edge.destination))
  expect(own.calls).toBe(into.reduce((sum, edge) => sum + edge.calls, 0))
  expect(own.health).toBe('ok')
  expect(own.p95_us).toBe(Math.max(...into.map((edge) => edge.p95_us)))
})

test('an edge of a box carries the verdicts of all edges in it', () => {
  const verdict = (calls: number) =>
    [{ feature: 'mtls', decision: 'note', acted: false, rule: 'policy', calls }] as const
  const edges = graph.edges.map((edge, at) =>
    edge.source === 'shop.cart' ? { ...edge, verdicts: verdict(at + 1) } : edge,
  )
  const told = edges.flatMap((edge) => edge.verdicts ?? [])
  const { graph: drawn } = collapse({ ...graph, edges }, 'zone', new Set(['eu-2']))
  const box = drawn.edges.find((edge) => edge.source === 'shop.cart')!
  expect(told).toHaveLength(2)
  expect(box.verdicts).toEqual(told)
  expect(drawn.edges.filter((edge) => edge.verdicts)).toEqual([box])
})

test('a box with a failing part among many is not all well', () => {
  const nodes = graph.nodes.map((node) =>
    node.id === 'shop.cart' ? { ...node, health: 'bad' as const } : node,
  )
  const { graph: drawn } = collapse({ ...graph, nodes }, 'namespace', new Set(['shop']))
  expect(drawn.nodes.find((node) => node.id === groupId('namespace', 'shop'))!.health).toBe('warn')
})

test('nothing closed is the graph as it was', () => {
  expect(collapse(graph, 'zone', new Set(['nowhere'])).graph).toBe(graph)
})
