import { readEdge } from '../../../graph-api/answer/edge.ts'
import { readGraph } from '../../../graph-api/answer/graph.ts'
import { readVerdictCounts } from '../../../graph-api/query/verdict-counts.ts'
import { edgeAnswer } from '../../../graph-api/schema/answers.ts'
import { graph as graphForm } from '../../../graph-api/schema/graph.ts'
import type { GraphEdge } from '../../../model/graph.ts'
import { bothSides, insertCalls, NOW, openTestStore, SECOND, spanId } from '../../support/mesh.ts'

let store: Awaited<ReturnType<typeof openTestStore>>
const span = { from_us: NOW - 900 * SECOND, to_us: NOW }

/** Edges as they were read before any policy said anything, a minute earlier. */
let before: GraphEdge[]

beforeAll(async () => {
  store = await openTestStore()
  await insertCalls(store, [{ ts: NOW - 100 * SECOND, source: 'a', destination: 'b' }])
  before = (await readGraph(store, span, NOW - 60 * SECOND)).edges
  const call = (index: number, destination = 'cart') => ({
    ts: NOW - (index + 1) * SECOND,
    span_id: spanId(index + 1),
    source: 'web',
    destination,
    config_version: '1.1',
  })
  const calls = Array.from({ length: 10 }, (_, index) => {
    const [client, server] = bothSides(call(index), 100)
    return [
      { ...client, verdicts: index < 4 ? ['retries=retry;rule=codes;cohort=treated'] : [] },
      {
        ...server,
        verdicts: [
          ...(index < 3 ? ['authorization=would_deny;rule=default'] : []),
          // The caller's side judges retries; what the other side says of them counts nowhere.
          'retries=would_retry;rule=codes',
          'future=would_deny',
          'mtls=pass;cohort=control',
        ],
      },
    ]
  })
  await insertCalls(store, [...calls.flat(), call(20, 'plain')])
})
afterAll(() => store.remove())

const SAID = [
  { feature: 'retries', decision: 'retry', acted: true, rule: 'codes', calls: 4 },
  { feature: 'authorization', decision: 'deny', acted: false, rule: 'default', calls: 3 },
]

test('a mesh without verdicts has none, and looks again later', () => {
  expect(before.map((edge) => [edge.destination, 'verdicts' in edge])).toEqual([['b', false]])
})

test('edges of the graph carry what was said of their calls, most calls first', async () => {
  const graph = graphForm.parse(await readGraph(store, span, NOW))
  expect(graph.edges.map(({ destination, verdicts }) => ({ destination, verdicts }))).toEqual([
    { destination: 'b', verdicts: undefined },
    { destination: 'cart', verdicts: SAID },
    { destination: 'plain', verdicts: undefined },
  ])
})

test('so does the page of an edge', async () => {
  const edge = edgeAnswer.parse(await readEdge(store, span, NOW, { source: 'web', destination: 'cart' }))
  expect(edge.edges[0]!.verdicts).toEqual(SAID)
})

test('counts of a feature: looked at, said, done', async () => {
  const counts = await readVerdictCounts(store, span, NOW)
  expect(counts.of('cart', 'retries')).toEqual({ calls: 10, would: 0, acted: 4 })
  expect(counts.of('cart', 'authorization')).toEqual({ calls: 10, would: 3, acted: 0 })
  expect(counts.of('cart', 'timeouts')).toEqual({ calls: 10, would: 0, acted: 0 })
  expect(counts.of('plain', 'authorization')).toEqual({ calls: 1, would: 0, acted: 0 })
  expect(counts.of('none', 'mtls')).toEqual({ calls: 0, would: 0, acted: 0 })
})
