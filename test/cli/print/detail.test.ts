import { edgeDetailLines, serviceLines } from '../../../cli/print/detail.ts'
import { createStyle } from '../../../cli/terminal/style.ts'
import { edgeAnswer, serviceAnswer } from '../../support/fake-answers.ts'
import { callOf } from '../../support/fake-calls.ts'
import { graphOf, shop } from '../../support/fake-graph.ts'

const graph = graphOf(shop(), new Date('2026-01-01T00:00:00Z'), new Date('2026-01-01T00:05:00Z'), 0)
const style = createStyle(false)

test('a service: signals, then who calls it, whom it calls, routes, answers, changes', () => {
  const lines = serviceLines(serviceAnswer(graph, 'cart')!, style, 120)
  expect(lines[0]).toMatch(/^cart {2}service · eu-1 · 1\.4\.0/)
  expect(lines[1]).toMatch(/^[\d,]+ calls · .*\/s · .* failing · p50 .* · p95 .* · p99 /)
  const text = lines.join('\n')
  for (const title of ['callers', 'calls', 'routes', 'answers', 'new (+) and gone (-)']) {
    expect(lines).toContain(title)
  }
  expect(text).toMatch(/web-api +http/)
  expect(text).toMatch(/payment +http/)
  expect(text).toContain('+ version 1.4.0')
})

test('an objective is told where there is one', () => {
  const answer = serviceAnswer(graph, 'cart')!
  const slo = { objective: 0.999, burn_1h: 20, burn_6h: 3, budget_left: -0.5, state: 'exhausted' as const }
  const lines = serviceLines({ ...answer, service: { ...answer.service, slo } }, style, 120)
  expect(lines[2]).toMatch(/^objective 99\.9 % · budget spent · burns 20\.0 times/)
})

test('an edge: both sides, the network, and traces to open', () => {
  const edge = graph.edges.find(({ source, destination }) => source === 'cart' && destination === 'payment')!
  const calls = Array.from({ length: 200 }, (_, at) => callOf(shop(), at, Date.now() * 1000))
  const text = edgeDetailLines(edgeAnswer(graph, calls, edge), style, 120).join('\n')
  expect(text).toMatch(/^cart -> payment/)
  expect(text).toMatch(/\nclient +[\d,]+/)
  expect(text).toContain('network and both stacks, median')
  expect(text).toMatch(/slowest +\S+ +.*tapmesh trace [0-9a-f]{32}/)
})
