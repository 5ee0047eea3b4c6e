import { layout } from '../../picture/layout.ts'
import { detailFor, edgeKey, edgeWidth, sceneOf } from '../../picture/scene.ts'
import { graphOf, manyServices, shop } from '../support/fake-graph.ts'

const at = (step: number) => graphOf(shop(), new Date(0), new Date(300_000), step)

test('new figures change words and widths, never a place', () => {
  const places = layout(at(0))
  const [one, two] = [sceneOf(at(0), places), sceneOf(at(1), places)]
  const still = (scene: typeof one) =>
    scene.nodes.map(({ id, x, y, width, height }) => ({ id, x, y, width, height }))
  expect(still(two)).toEqual(still(one))
  expect(two.edges.map((edge) => edge.curve)).toEqual(one.edges.map((edge) => edge.curve))
  expect(two.nodes.map((node) => node.stats)).not.toEqual(one.nodes.map((node) => node.stats))
})

test('no label covers a box or another label', () => {
  const graph = graphOf(manyServices(40), new Date(0), new Date(300_000))
  const scene = sceneOf(graph, layout(graph))
  const labels = scene.edges.flatMap((edge) => (edge.label ? [edge.label] : []))
  expect(labels.length).toBeGreaterThan(20)
  const boxes = [...labels, ...scene.nodes]
  const touching = labels.filter((label) =>
    boxes.some(
      (other) =>
        other !== label &&
        Math.abs(other.x - label.x) < (other.width + label.width) / 2 &&
        Math.abs(other.y - label.y) < (other.height + label.height) / 2,
    ),
  )
  expect(touching).toEqual([])
})

test('two protocols between the same services are one line, told by the worse', () => {
  const graph = at(0)
  const edge = graph.edges[0]!
  graph.edges.push({ ...edge, protocol: 'opaque', health: 'bad', calls: 1 })
  const scene = sceneOf(graph, layout(graph))
  expect(scene.edges.filter((it) => it.key === edgeKey(edge)).map((it) => it.health)).toEqual(['bad'])
})

test('what was chosen is what edges say; far away they say nothing', () => {
  const graph = at(0)
  const near = sceneOf(graph, layout(graph), { labels: ['errors'] })
  expect(near.edges.find((edge) => edge.destination === 'shipping.example')!.label!.lines).toEqual(['12 %'])
  expect(sceneOf(graph, layout(graph), { detail: 'names' }).edges.every((edge) => !edge.label)).toBe(true)
  expect([0.1, 0.4, 1].map(detailFor)).toEqual(['boxes', 'names', 'full'])
})

test('calls that a policy would lose are told on their edge, whatever else labels show', () => {
  const graph = at(0)
  const edge = graph.edges.find((it) => it.destination === 'payment')!
  edge.verdicts = [{ feature: 'authorization', decision: 'deny', acted: false, rule: 'default', calls: 12 }]
  const lines = (options: Parameters<typeof sceneOf>[2]) => {
    const { edges } = sceneOf(graph, layout(graph), options)
    return edges.flatMap((it) => (it.label ? [[it.destination, it.label.lines]] : []))
  }
  expect(lines({ labels: ['errors'] })).toContainEqual(['payment', ['3.4 %', '▲ 12 would be denied']])
  expect(lines({ labels: [] })).toEqual([['payment', ['▲ 12 would be denied']]])
  expect(lines({ label_only: new Set() })).toEqual([['payment', ['▲ 12 would be denied']]])
  expect(lines({ detail: 'names' })).toEqual([])
  const straight = {
    ...graph,
    edges: [edge],
    nodes: graph.nodes.filter(({ id }) => id === 'cart' || id === 'payment'),
  }
  const [only] = sceneOf(straight, layout(straight)).edges
  expect(only!.label!.lines).toEqual(['3.16/s', expect.any(String), '▲ 12 would', 'be denied'])
  expect(only!.label!.loss_from).toBe(2)
  const { edges } = sceneOf(graph, layout(graph))
  expect(edges.find((it) => it.destination === 'payment')!.sentence).toMatch(/, 12 calls would be denied$/)
})

test('lines grow with the logarithm of the rate, within bounds', () => {
  expect(edgeWidth(0)).toBeLessThan(edgeWidth(10))
  expect(edgeWidth(1e9)).toBe(5)
})
