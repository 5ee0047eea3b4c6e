import { z } from 'zod'
import { OUTCOMES, REPORTERS } from '../../model/call.ts'
import type { EnforcementAnswer, EvidenceAnswer, PoliciesAnswer, WhyAnswer } from '../../model/enforcement.ts'
import { MODES } from '../../model/feature.ts'
import { count, decision, featureName, micros, share, time } from './graph.ts'
import { serviceName, windowParameters } from './parameters.ts'

/** Forms of /enforcement, /evidence, /policies and /calls/<id>/why. */

export const evidenceParameters = z.strictObject({
  ...windowParameters.shape,
  service: serviceName.describe('Service whose calls are judged, whole name.'),
  feature: featureName.describe('Feature of its policy.'),
})

const mode = z.enum(MODES)
const window = z.strictObject({ from: time, to: time })
const percent = z.number().min(0).max(100)

export const enforcementAnswer = z.strictObject({
  window,
  revision: z.string(),
  bypass: z.boolean(),
  cells: z.array(
    z.strictObject({
      service: z.string(),
      feature: featureName,
      mode,
      percent,
      mode_in_force: mode,
      percent_in_force: percent,
      why: z.string().nullable(),
      latched: z.strictObject({ at: time, reason: z.string() }).nullable(),
      expires: time.nullable(),
      rollout: z
        .strictObject({
          steps: z.array(percent).readonly(),
          at_step: z.number().int().min(-1),
          next_at: time.nullable(),
          held: z.string().nullable(),
        })
        .nullable(),
      calls: count,
      would: count,
      acted: count,
      callers_overridden: count,
    }),
  ),
}) satisfies z.ZodType<EnforcementAnswer>

const cohort = z
  .strictObject({ calls: count, errors: count, error_rate: share, p50_us: micros, p99_us: micros })
  .nullable()

export const evidenceAnswer = z.strictObject({
  window,
  service: z.string(),
  feature: featureName,
  mode,
  percent,
  settings: z.array(
    z.strictObject({ name: z.string(), value: z.string(), origin: z.enum(['caller', 'service', 'default']) }),
  ),
  examined: count,
  first_verdict: time.nullable(),
  last_verdict: time.nullable(),
  rows: z.array(
    z.strictObject({
      source: z.string(),
      method: z.string(),
      route: z.string(),
      decision,
      acted: z.boolean(),
      rule: z.string(),
      calls: count,
      good: count,
      last_seen: time,
      samples: z.array(z.string()),
    }),
  ),
  blast: z.strictObject({ callers: count, callers_all: count, share }),
  treated: cohort,
  control: cohort,
  forecast: z.strictObject({ made_at: time, calls: count, affected: count, share }).nullable(),
  observed: z.strictObject({ calls: count, affected: count, share }).nullable(),
  locked: z.array(z.string()),
  advice: z.array(z.string()),
  command: z.string(),
}) satisfies z.ZodType<EvidenceAnswer>

export const callId = z
  .string()
  .regex(
    new RegExp(`^[0-9a-f]{16}\\.(?:${REPORTERS.join('|')})$`),
    'is not the id of a call, like b7ad6b7169203331.server',
  )

export const whyAnswer = z.strictObject({
  id: z.string(),
  ts: time,
  trace_id: z.string(),
  source: z.string(),
  destination: z.string(),
  method: z.string(),
  route: z.string(),
  status: z.string(),
  outcome: z.enum(OUTCOMES),
  config_version: z.string(),
  verdicts: z.array(
    z.strictObject({
      feature: featureName,
      decision,
      acted: z.boolean(),
      rule: z.string(),
      cohort: z.enum(['treated', 'control']).optional(),
      reason: z.string(),
      place: z.string().nullable(),
      set_by: z.strictObject({ actor: z.string(), at: time, reason: z.string() }).nullable(),
    }),
  ),
}) satisfies z.ZodType<Omit<WhyAnswer, 'verdicts'>>

export const policiesParameters = z.strictObject({
  ...windowParameters.shape,
  service: serviceName.optional().describe('Only the rules of this service.'),
})

export const policiesAnswer = z.strictObject({
  window,
  services: z.array(
    z.strictObject({
      service: z.string(),
      mode,
      percent,
      default: z.enum(['allow', 'deny']),
      rules: z.array(
        z.strictObject({
          id: z.string(),
          action: z.enum(['allow', 'deny']),
          from: z.array(z.string()).readonly(),
          methods: z.array(z.string()).readonly(),
          paths: z.array(z.string()).readonly(),
          headers: z.array(z.string()).readonly(),
          line: count.nullable(),
          hits: count,
          last_seen: time.nullable(),
          unused: z.boolean(),
        }),
      ),
      would_deny: count,
      denied: count,
    }),
  ),
}) satisfies z.ZodType<PoliciesAnswer>
