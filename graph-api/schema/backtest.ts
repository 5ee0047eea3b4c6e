import { z } from 'zod'
import { DECISIONS } from '../../model/decision.ts'
import { FEATURES, MODES } from '../../model/feature.ts'
import type { BacktestAnswer, BacktestFeature, BacktestRow, RecommendationAnswer } from '../contract.ts'
import { count, share, time } from './graph.ts'
import { serviceName, WINDOW_TEXT_MAX } from './parameters.ts'

/** Forms of /backtest and /recommendations. */

const POLICY_CHARACTERS_MAX = 900_000
const moment = z.string().min(1).max(WINDOW_TEXT_MAX)

export const backtestBody = z.strictObject({
  policy: z.string().min(1).max(POLICY_CHARACTERS_MAX).describe('The policy as text, YAML or JSON.'),
  name: z
    .string()
    .regex(/^[\x20-\x7e]{1,256}$/, 'is not up to 256 printable characters')
    .optional()
    .describe('How mistakes name the policy, default `policy`.'),
  from: moment.optional().describe('Start of the window, default now-30d. RFC 3339, or now-15m, now-7d.'),
  to: moment.optional().describe('End of the window, exclusive, default now.'),
})

const row = z.strictObject({
  source: z.string(),
  method: z.string(),
  route: z.string(),
  decision: z.enum(DECISIONS),
  rule: z.string(),
  reason: z.string(),
  calls: count,
  good: count,
  first_seen: time,
  last_seen: time,
  samples: z.array(z.string()).describe('Ids as in /calls.'),
}) satisfies z.ZodType<BacktestRow>

const retries = z.strictObject({
  failed: count,
  retried: count,
  recovered: count,
  failed_again: count,
  unknown: count,
  already_retried: count,
  over_budget: count,
  extra_load: z.number().min(0).describe('Attempts added, by calls.'),
})

const feature = z.strictObject({
  service: z.string(),
  feature: z.enum(FEATURES as [string, ...string[]]),
  mode: z.enum(MODES),
  calls: count,
  affected: count,
  refused: count,
  good_refused: count,
  good_cut: count,
  decisions: z.record(z.string(), count),
  rows: z.array(row),
  calls_left_out: count,
  worst: z.strictObject({ ts: time, seconds: z.number(), calls: count, affected: count }).nullable(),
  step_s: z.number(),
  steps: z.array(z.strictObject({ ts: time, calls: count, affected: count })),
  retries: retries.nullable(),
  endpoints: z
    .array(z.strictObject({ endpoint: z.string(), ejections: count, ejected_s: z.number().min(0) }))
    .nullable(),
}) satisfies z.ZodType<BacktestFeature>

export const backtestAnswer = z.strictObject({
  window: z.strictObject({ from: time, to: time, seconds: z.number().min(0) }),
  calls: count,
  would_lose: count,
  features: z.array(feature),
  silent: z.array(z.string()),
  coverage: z.strictObject({
    first_call: time.nullable(),
    last_call: time.nullable(),
    lost: count,
    quarantined: count,
  }),
  unseen: z.strictObject({ chance: share, kinds: count, seen_once: count }).nullable(),
  notes: z.array(z.string()),
  elapsed_ms: count,
}) satisfies z.ZodType<BacktestAnswer>

export const recommendationParameters = z.strictObject({
  service: serviceName.describe('Called service, whole name.'),
  from: moment.optional().describe('Start of the window, default now-30d. RFC 3339, or now-15m, now-7d.'),
  to: moment.optional().describe('End of the window, exclusive, default now.'),
})

export const recommendationAnswer = z.strictObject({
  window: z.strictObject({ from: time, to: time, seconds: z.number().min(0) }),
  service: z.string(),
  calls: count,
  first_call: time.nullable(),
  rules: z.array(
    z.strictObject({
      id: z.string(),
      from: z.string(),
      methods: z.array(z.string()),
      paths: z.array(z.string()),
      believed_by: z.string(),
      calls: count,
      days: count,
      first_seen: time,
      last_seen: time,
      unseen: share,
    }),
  ),
  review: z.array(
    z.strictObject({
      source: z.string(),
      method: z.string(),
      route: z.string(),
      calls: count,
      last_seen: time,
      reason: z.string(),
    }),
  ),
}) satisfies z.ZodType<RecommendationAnswer>
