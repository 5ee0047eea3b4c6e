import fc from 'fast-check'
import type { Graph } from '../../model/graph.ts'
import { applyDelta, deltaOf } from '../../model/graph-delta.ts'
import { graphOf, manyServices, shop } from '../support/fake-graph.ts'

const at = (step: number, seconds = 300): Graph =>
  ordered(graphOf(shop(), new Date(0), new Date(seconds * 1000), step))

/** In the order of the API. */
function ordered(graph: Graph): Graph {
  const key = (edge: Graph['edges'][number]) => `${edge.source}\x1f${edge.destination}\x1f${edge.protocol}`
  return {
    ...graph,
    nodes: graph.nodes.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    edges: graph.edges.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)),
  }
}

test('a delta leads from any graph to any other of the same mesh', () => {
  const part = fc.record({
    step: fc.nat({ max: 50 }),
    seconds: fc.integer({ min: 1, max: 3600 }),
    nodes: fc.nat({ max: 30 }),
    edges: fc.nat({ max: 80 }),
    slo: fc.boolean(),
  })
  const shape = manyServices(30)
  const make = (it: { step: number; seconds: number; nodes: number; edges: number; slo: boolean }): Graph => {
    const graph = graphOf(shape, new Date(0), new Date(it.seconds * 1000), it.step)
    if (it.slo && graph.nodes[0]) Object.assign(graph.nodes[0], { extra: { burn_1h: it.step } })
    return ordered({ ...graph, nodes: graph.nodes.slice(0, it.nodes), edges: graph.edges.slice(0, it.edges) })
  }
  fc.assert(
    fc.property(part, part, (one, other) => {
      const [before, after] = [make(one), make(other)]
      const over_wire = JSON.parse(JSON.stringify(deltaOf(before, after, 7)))
      expect(applyDelta(before, over_wire)).toEqual(after)
    }),
  )
})

test('nothing counted is nothing to send, even where the window slid', () => {
  const before = at(1)
  const after: Graph = {
    ...before,
    window: { ...before.window, seconds: 310, covered_seconds: 310 },
    edges: before.edges.map((edge) => ({ ...edge, rate: edge.calls / 310 })),
  }
  const delta = deltaOf(before, after, 2)
  expect([delta.changed.edges, delta.changed.nodes, delta.added.edges, delta.removed.edges]).toEqual([
    [],
    [],
    [],
    [],
  ])
  expect(applyDelta(before, delta).edges[0]!.rate).toBe(before.edges[0]!.calls / 310)
})

test('only the fields that differ are sent, with the key of their item', () => {
  const before = at(1)
  const after = {
    ...before,
    edges: before.edges.map((edge, index) => (index === 3 ? { ...edge, errors: 99 } : edge)),
  }
  const { source, destination, protocol } = before.edges[3]!
  expect(deltaOf(before, after, 2).changed).toEqual({
    nodes: [],
    edges: [{ source, destination, protocol, errors: 99 }],
  })
})
