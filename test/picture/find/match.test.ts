import { parseFind } from '../../../picture/find/grammar.ts'
import type { Question } from '../../../picture/find/match.ts'
import { matchOf } from '../../../picture/find/match.ts'
import { graphOf, shop } from '../../support/fake-graph.ts'

const graph = graphOf(shop(), new Date(0), new Date(300_000))
const ask = (text: string, more: Partial<Question> = {}) => matchOf(graph, { find: parseFind(text), ...more })
const found = (text: string) => [...ask(text)!.nodes].sort()

test('nothing asked for hides nothing', () => {
  expect(ask('  ')).toBeUndefined()
})

test('a part of a name finds the service, its edges, and their other ends as context', () => {
  const match = ask('PAY')!
  expect([...match.nodes]).toEqual(['payment'])
  expect(match.edges.size).toBe(3)
  expect([...match.context].sort()).toEqual(['cart', 'notification', 'shipping.example'])
})

test('all words must hold', () => {
  expect(found('error ship')).toEqual(['shipping.example'])
  expect(found('error catalog')).toEqual([])
})

const SLOW = ['shipping.example']
const SILENT = ['load', 'nightly-report']

test.each([
  ['slow', SLOW],
  ['idle', SILENT],
  ['untapped', [...SILENT, ...SLOW]],
  ['external', SLOW],
  ['untapped and not idle', SLOW],
  ['p95 > 500ms', SLOW],
  ['p95 > 0.5s', SLOW],
  ['p95>=500000us', SLOW],
  ['rps > 40', ['pricing', 'web-api'].filter((id) => graph.nodes.find((it) => it.id === id)!.rate > 40)],
  ['%error > 10', SLOW],
  ['%httperr > 10%', SLOW],
  ['zone = eu-2 and not name contains p', ['inventory']],
  ['version starts 3. or version = 2.1.3', ['payment', 'recommendation']],
  ['(name contains cart or name contains pay) and p95 > 100ms', ['payment']],
  ['"pay"', ['payment']],
  ['kind = caller', SILENT],
  ['service != cart and namespace = shipping', []],
])('%s finds the right services', (text, ids) => {
  expect(found(text)).toEqual(ids)
})

test('fields of an edge find edges, with their ends as context', () => {
  const match = ask('destination = pricing and rps > 10')!
  expect([...match.nodes]).toEqual([])
  expect(match.edges.size).toBe(1)
  expect([...match.context].sort()).toEqual(['catalog', 'pricing'])
})

test.each([
  ['would:deny', ['cart pricing']],
  ['would = authorization', ['cart pricing']],
  ['would:web-only', ['cart pricing']],
  ['acted:cut', ['cart payment']],
  ['acted = timeouts or would:deny', ['cart payment', 'cart pricing']],
  ['acted:deny', []],
])('%s finds edges by what policies said of their calls', (text, edges) => {
  const said = {
    pricing: { feature: 'authorization', decision: 'deny', acted: false, rule: 'web-only', calls: 3 },
    payment: { feature: 'timeouts', decision: 'cut', acted: true, rule: 'request', calls: 2 },
  } as const
  const [first] = graph.edges
  const judged = (['pricing', 'payment'] as const).map((destination) => ({
    ...{ ...first!, source: 'cart', destination },
    verdicts: [said[destination]],
  }))
  const match = matchOf({ ...graph, edges: [first!, ...judged] }, { find: parseFind(text) })!
  expect([...match.edges].map((key) => key.replace('\u0001', ' ')).sort()).toEqual(edges)
})

test('a colon in a name is part of it', () => {
  expect(parseFind('cart:8080')).toEqual({
    kind: 'text',
    field: 'name',
    operator: 'contains',
    value: 'cart:8080',
  })
  expect(parseFind('calls:3')).toMatchObject({ field: 'name' })
})

test('hide takes away what find would have shown, and the edges with it', () => {
  const match = matchOf(graph, { find: undefined, hide: parseFind('name contains pay or idle') })!
  expect(match.nodes.has('payment') || match.nodes.has('load')).toBe(false)
  expect(match.nodes.size).toBe(graph.nodes.length - 3)
  expect([...match.edges].some((key) => key.includes('payment'))).toBe(false)
  expect(ask('cart', { hide: parseFind('cart') })!.nodes.size).toBe(0)
})

test('only problems leaves degraded and failing ones', () => {
  const match = matchOf(graph, { problems: true })!
  expect([...match.nodes].sort()).toEqual(['payment', 'shipping.example'])
  expect(match.edges.size).toBe(2)
})

test('new and gone are held against the time before, and hold nothing while it is not known', () => {
  const before = { nodes: new Set(['cart']), edges: new Set<string>() }
  expect(ask('new')!.nodes.size).toBe(0)
  expect(ask('new', { before })!.nodes.has('cart')).toBe(false)
  expect(ask('new', { before })!.nodes.has('payment')).toBe(true)
  const silent = { ...graph, nodes: graph.nodes.map((node) => ({ ...node, calls: 0 })) }
  expect([...matchOf(silent, { find: parseFind('gone'), before })!.nodes]).toEqual(['cart'])
})
