import { adjacencyOf, ranksOf } from '../../picture/ranks.ts'
import { manyServices } from '../support/fake-graph.ts'

function ranks(...pairs: string[]): Record<string, number> {
  const edges = pairs.map((pair) => ({ source: pair[0]!, destination: pair[1]! }))
  const graph = adjacencyOf(
    edges.flatMap((edge) => [edge.source, edge.destination]),
    edges,
  )
  return Object.fromEntries([...ranksOf(graph)].map((rank, at) => [graph.ids[at]!, rank]))
}

test('a callee stands after the last of its callers', () => {
  expect(ranks('ab', 'bc', 'ac', 'cd')).toEqual({ a: 0, b: 1, c: 2, d: 3 })
})

test('a cycle is broken once, not everywhere', () => {
  expect(ranks('ab', 'bc', 'cb')).toEqual({ a: 0, b: 1, c: 2 })
})

test('a caller that nobody calls stands beside what it calls', () => {
  expect(ranks('ab', 'bc', 'cd', 'xd')).toEqual({ a: 0, b: 1, c: 2, d: 3, x: 2 })
})

test('edges count once, loops and unknown names not at all', () => {
  const graph = adjacencyOf(
    ['a', 'b'],
    [
      { source: 'a', destination: 'b' },
      { source: 'a', destination: 'b' },
      { source: 'a', destination: 'a' },
      { source: 'a', destination: 'elsewhere' },
    ],
  )
  expect(graph.out).toEqual([[1], []])
})

test('calls against the current do not stretch a large graph over the screen', () => {
  const { services, links } = manyServices(100)
  const graph = adjacencyOf(
    services.map((it) => it.id),
    links,
  )
  const columns = new Set(ranksOf(graph))
  expect(columns.size).toBeLessThanOrEqual(8)
  const rank = Object.fromEntries([...ranksOf(graph)].map((value, at) => [graph.ids[at]!, value]))
  const forward = links.filter((link) => rank[link.source]! < rank[link.destination]!).length
  expect(forward / links.length).toBeGreaterThan(0.9)
})

test('where everybody calls everybody the columns are of even size instead of one', () => {
  const ids = Array.from({ length: 10 }, (_, at) => `s${at}`)
  const edges = ids.flatMap((source) => ids.map((destination) => ({ source, destination })))
  const ranks = ranksOf(adjacencyOf(ids, edges))
  expect([...new Set(ranks)].sort()).toEqual([0, 1, 2])
})
