import type { Protocol } from './call.ts'
import type { GraphWindow } from './graph.ts'

/** The graph over time, and the ways of calls through it, as the API answers them. */

/**
 * GET /api/v1/graph/series?from=&to=&step= : the graph over time as columns, at most 60 steps.
 * Every list of an edge has one number a step; `window` is cut at whole steps.
 */
export interface GraphSeriesAnswer {
  window: GraphWindow
  step_s: number
  /** Start of each step. */
  steps: string[]
  /** All edges together, also those left out. */
  total: { calls: number[]; errors: number[] }
  edges: {
    source: string
    destination: string
    protocol: Protocol
    calls: number[]
    errors: number[]
    p95_us: number[]
  }[]
  /** Edges beyond the limit, those with the fewest calls. */
  edges_left_out: number
}

/** A way through the services, callers first, and the traces that went it. */
export interface ServicePath {
  services: string[]
  traces: number
  /** Traces in which a call of this way failed. */
  failed: number
}

/** GET /api/v1/paths?through=<service>&from=&to= : ways that calls really took, each proven by a trace. */
export interface PathsAnswer {
  window: GraphWindow
  through: string
  /** Traces that were looked at, the newest ones. */
  traces: number
  /** True where the window holds more traces than were looked at. */
  sampled: boolean
  /** Traces with a hop that nobody reported: their ways may be longer than what is shown. */
  broken: number
  /** Most often taken first. */
  paths: ServicePath[]
  paths_left_out: number
}
