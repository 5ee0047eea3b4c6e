import { z } from 'zod'
import { PROTOCOLS } from '../../model/call.ts'
import type { GraphSeriesAnswer, PathsAnswer } from '../contract.ts'
import { count, graphWindow, micros, time } from './graph.ts'
import { serviceName, windowParameters } from './parameters.ts'

/** Forms of `/graph/series` and `/paths`: what the map asks beyond the graph of a window. */

export const graphSeriesParameters = z.strictObject({
  ...windowParameters.shape,
  step: z
    .string()
    .regex(/^[1-9]\d{0,5}[smhd]$/, 'is not a length such as 10s')
    .optional()
    .describe('Length of a step such as 10s or 1m; without it the finest that makes at most 60 steps.'),
})

export const pathsParameters = z.strictObject({
  ...windowParameters.shape,
  through: serviceName.describe('The service that every path goes through, whole name.'),
})

export const graphSeriesAnswer = z.strictObject({
  window: graphWindow,
  step_s: count,
  steps: z.array(time),
  total: z.strictObject({ calls: z.array(count), errors: z.array(count) }),
  edges: z.array(
    z.strictObject({
      source: z.string(),
      destination: z.string(),
      protocol: z.enum(PROTOCOLS),
      calls: z.array(count),
      errors: z.array(count),
      p95_us: z.array(micros),
    }),
  ),
  edges_left_out: count,
}) satisfies z.ZodType<GraphSeriesAnswer>

export const pathsAnswer = z.strictObject({
  window: graphWindow,
  through: z.string(),
  traces: count,
  sampled: z.boolean(),
  broken: count,
  paths: z.array(z.strictObject({ services: z.array(z.string()), traces: count, failed: count })),
  paths_left_out: count,
}) satisfies z.ZodType<PathsAnswer>
