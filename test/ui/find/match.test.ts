import { matchOf } from '../../../ui/find/match.ts'
import { graphOf, shop } from '../../support/fake-graph.ts'

const graph = graphOf(shop(), new Date(0), new Date(300_000))
const ask = (text: string, problems = false) => matchOf(graph, { text, problems })

test('nothing asked for hides nothing', () => {
  expect(ask('  ')).toBeUndefined()
})

test('a part of a name finds the service, its edges, and their other ends as context', () => {
  const found = ask('PAY')!
  expect([...found.nodes]).toEqual(['payment'])
  expect(found.edges.size).toBe(3)
  expect([...found.context].sort()).toEqual(['cart', 'notification', 'shipping.example'])
})

test('all words must hold', () => {
  expect([...ask('error ship')!.nodes]).toEqual(['shipping.example'])
  expect(ask('error catalog')!.nodes.size).toBe(0)
})

test.each([
  ['slow', ['shipping.example']],
  ['idle', ['load', 'nightly-report']],
  ['untapped', ['load', 'nightly-report', 'shipping.example']],
])('the word %s asks for a state', (word, ids) => {
  expect([...ask(word)!.nodes].sort()).toEqual(ids)
})

test('only problems leaves degraded and failing ones', () => {
  expect([...ask('', true)!.nodes].sort()).toEqual(['payment', 'shipping.example'])
  expect(ask('', true)!.edges.size).toBe(2)
})
