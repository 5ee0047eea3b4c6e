import { frameOf } from '../../picture/frame.ts'
import { graphOf, shop } from '../support/fake-graph.ts'

const base = graphOf(shop(), new Date(0), new Date(300_000))
const series = {
  step_s: 10,
  steps: ['2026-08-20T09:00:00Z', '2026-08-20T09:00:10Z'],
  edges: [
    {
      source: 'web-api',
      destination: 'cart',
      protocol: 'http' as const,
      calls: [50, 0],
      errors: [25, 0],
      p95_us: [900, 0],
    },
    {
      source: 'web-api',
      destination: 'late',
      protocol: 'http' as const,
      calls: [0, 30],
      errors: [0, 0],
      p95_us: [0, 700],
    },
  ],
}

test('a frame holds the figures of its step and the services of the whole window', () => {
  const [first, second] = [frameOf(series, 0, base), frameOf(series, 1, base)]
  expect(first.nodes.map((node) => node.id)).toEqual(second.nodes.map((node) => node.id))
  expect(first.nodes).toHaveLength(base.nodes.length + 1)
  expect(first.edges[0]).toMatchObject({ calls: 50, rate: 5, error_rate: 0.5, p95_us: 900, health: 'bad' })
  expect(second.edges.map((edge) => edge.health)).toEqual(['idle', 'ok'])
  expect(first.nodes.find((node) => node.id === 'cart')).toMatchObject({
    calls: 50,
    health: 'bad',
    zones: ['eu-1'],
  })
  expect(first.window).toEqual({
    from: series.steps[0],
    to: '2026-08-20T09:00:10.000Z',
    seconds: 10,
    covered_seconds: 10,
  })
})

test('without a base and beyond the end there is still a picture', () => {
  const frame = frameOf(series, 7, undefined)
  expect(frame.nodes.map((node) => [node.id, node.health])).toEqual([
    ['cart', 'idle'],
    ['late', 'idle'],
    ['web-api', 'unknown'],
  ])
  expect(frameOf({ ...series, steps: [], edges: [] }, 0, undefined).nodes).toEqual([])
})
