import { z } from 'zod'
import { PROTOCOLS, REPORTERS, SOURCE_EVIDENCE } from '../../model/call.ts'
import { DECISIONS } from '../../model/decision.ts'
import { FEATURES, type Feature } from '../../model/feature.ts'
import type {
  Coverage,
  EdgeVerdict,
  Graph,
  GraphEdge,
  GraphNode,
  GraphWindow,
  NodeSlo,
} from '../../model/graph.ts'
import { NODE_KINDS } from '../../model/graph.ts'
import { SLO_STATES } from '../../model/slo.ts'

/** Forms of the graph's parts; `satisfies` holds them to the model's types. */

export const count = z.number().int().min(0)
export const share = z.number().min(0).max(1)
export const micros = z.number().min(0)
export const time = z.iso.datetime({ offset: false })
const health = z.enum(['ok', 'warn', 'bad', 'unknown', 'idle'])

export const signals = {
  calls: count,
  errors: count,
  client_errors: count,
  rate: z.number().min(0).describe('Calls per second over covered_seconds of the window.'),
  error_rate: share,
  p50_us: micros,
  p95_us: micros,
  p99_us: micros,
}

export const graphWindow = z.strictObject({
  from: time,
  to: time,
  seconds: z.number().min(0),
  covered_seconds: z.number().min(1).describe('Seconds since the first call there is; rates are per these.'),
}) satisfies z.ZodType<GraphWindow>

export const burn = z
  .number()
  .min(0)
  .describe('Multiple of what the budget allows; 1 spends it in its window.')
export const budgetLeft = z.number().max(1).describe('1 is untouched, 0 is spent, below 0 is overspent.')
export const sloState = z.enum(SLO_STATES)

const nodeSlo = z.strictObject({
  objective: share,
  burn_1h: burn,
  burn_6h: burn,
  budget_left: budgetLeft,
  state: sloState,
}) satisfies z.ZodType<NodeSlo>

export const graphNode = z.strictObject({
  id: z.string(),
  kind: z.enum(NODE_KINDS),
  zones: z.array(z.string()),
  versions: z.array(z.string()),
  tapped: z.boolean(),
  ...signals,
  health,
  slo: nodeSlo.exactOptional().describe('The objective that is worst off, where the service has one.'),
}) satisfies z.ZodType<GraphNode>

export const featureName = z.enum(FEATURES as [Feature, ...Feature[]])
export const decision = z.enum(DECISIONS)

const edgeVerdict = z.strictObject({
  feature: featureName,
  decision,
  acted: z.boolean(),
  rule: z.string(),
  calls: count,
}) satisfies z.ZodType<EdgeVerdict>

export const graphEdge = z.strictObject({
  source: z.string(),
  destination: z.string(),
  protocol: z.enum(PROTOCOLS),
  reporter: z.enum(REPORTERS),
  source_evidence: z.enum(SOURCE_EVIDENCE),
  ...signals,
  request_bytes: count,
  response_bytes: count,
  ttfb_p50_us: micros,
  other_side_calls: count,
  traced: share,
  health,
  verdicts: z
    .array(edgeVerdict)
    .readonly()
    .exactOptional()
    .describe('What policies said of its calls besides that they pass, most calls first.'),
}) satisfies z.ZodType<GraphEdge>

export const coverage = z.strictObject({
  calls: count,
  taps: count,
  lost: count,
  quarantined: count,
  named_callers: share,
  both_sides: share,
  freshness_s: z.number().min(-1),
}) satisfies z.ZodType<Coverage>

export const graph = z.strictObject({
  window: graphWindow,
  nodes: z.array(graphNode),
  edges: z.array(graphEdge),
  coverage,
}) satisfies z.ZodType<Graph>
