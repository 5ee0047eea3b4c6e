import type { Graph, GraphSeriesAnswer, PathsAnswer } from '../../graph-api/contract.ts'
import type { Shape } from './fake-graph.ts'
import { graphOf, seeded } from './fake-graph.ts'

/** The graph over time and proven paths of a shape, as graph-api/contract.ts has them. */

export const FAKE_STEPS = 30

/** Thirty steps of the window; rates swell and fall, and the last edge fails in the second half. */
export function seriesAnswer(shape: Shape, from: Date, to: Date): GraphSeriesAnswer {
  const seconds = (to.getTime() - from.getTime()) / 1000 / FAKE_STEPS
  const random = seeded(3)
  const swell = Array.from({ length: FAKE_STEPS }, (_, at) => 0.6 + Math.sin(at / 4) * 0.3 + random() * 0.2)
  const { edges } = graphOf(shape, from, to)
  const columns = edges.map((edge, index) => {
    const calls = swell.map((share) => Math.round(edge.rate * seconds * share))
    const fails = (at: number) => (index === edges.length - 1 && at >= FAKE_STEPS / 2 ? 0.4 : edge.error_rate)
    return {
      source: edge.source,
      destination: edge.destination,
      protocol: edge.protocol,
      calls,
      errors: calls.map((count, at) => Math.round(count * fails(at))),
      p95_us: swell.map((share) => Math.round(edge.p95_us * share)),
    }
  })
  const total = (read: (column: (typeof columns)[number]) => number[]) =>
    swell.map((_, at) => columns.reduce((sum, column) => sum + read(column)[at]!, 0))
  return {
    window: {
      from: from.toISOString(),
      to: to.toISOString(),
      seconds: seconds * FAKE_STEPS,
      covered_seconds: seconds * FAKE_STEPS,
    },
    step_s: seconds,
    steps: swell.map((_, at) => new Date(from.getTime() + at * seconds * 1000).toISOString()),
    total: { calls: total((it) => it.calls), errors: total((it) => it.errors) },
    edges: columns,
    edges_left_out: 0,
  }
}

/** One path through the service: back to a caller that nobody calls, on to the first callee of each. */
export function pathsAnswer(shape: Shape, graph: Graph, through: string): PathsAnswer {
  const services = [through]
  for (let turn = 0; turn < 8; turn++) {
    const caller = shape.links.find((link) => link.destination === services[0])
    if (caller && !services.includes(caller.source)) services.unshift(caller.source)
    const callee = shape.links.find((link) => link.source === services.at(-1))
    if (callee && !services.includes(callee.destination)) services.push(callee.destination)
  }
  return {
    window: graph.window,
    through,
    traces: 40,
    sampled: false,
    broken: 2,
    paths: services.length > 1 ? [{ services, traces: 34, failed: 3 }] : [],
    paths_left_out: 0,
  }
}
