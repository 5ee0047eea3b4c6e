import { edgeSentence, nodeSentence } from '../../picture/sentence.ts'
import { graphOf, shop } from '../support/fake-graph.ts'

const graph = graphOf(shop(), new Date(0), new Date(300_000))

test('a node and an edge say who, how they are, and their figures', () => {
  expect(nodeSentence(graph.nodes.find((node) => node.id === 'load')!)).toBe(
    'load, caller without a tap, idle: no calls received in this window',
  )
  expect(edgeSentence(graph.edges.find((edge) => edge.destination === 'shipping.example')!)).toMatch(
    /^payment calls shipping\.example, failing: [\d.]+\/s, 12 % failing, p95 \d+ ms$/,
  )
})
