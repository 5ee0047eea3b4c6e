import { columnsOf, orderOf } from '../../picture/order.ts'
import { adjacencyOf, ranksOf } from '../../picture/ranks.ts'

test('two pairs that would cross are uncrossed', () => {
  const edges = [
    { source: 'a1', destination: 'z9' },
    { source: 'a2', destination: 'b1' },
  ]
  const graph = adjacencyOf(['a1', 'a2', 'b1', 'z9'], edges)
  const ranks = ranksOf(graph)
  const name = (columns: number[][]) => columns.map((column) => column.map((node) => graph.ids[node]))
  expect(name(columnsOf(ranks))).toEqual([
    ['a1', 'a2'],
    ['b1', 'z9'],
  ])
  const [left, right] = name(orderOf(graph, ranks)) as [string[], string[]]
  expect(left.indexOf('a1') < left.indexOf('a2')).toBe(right.indexOf('z9') < right.indexOf('b1'))
})
