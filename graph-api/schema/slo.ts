import { z } from 'zod'
import { SLIS } from '../../model/slo.ts'
import type { SloStatus, SlosAnswer } from '../contract.ts'
import { budgetLeft, burn, count, share, sloState, time } from './graph.ts'

const sloStatus = z.strictObject({
  service: z.string(),
  sli: z.enum(SLIS),
  objective: share,
  threshold_us: count.describe('Calls above it are bad; 0 for availability.'),
  window_s: count,
  calls: count,
  bad: z.number().min(0).describe('Not whole where the threshold of a latency divides a bucket.'),
  burn_5m: burn,
  burn_30m: burn,
  burn_1h: burn,
  burn_6h: burn,
  budget_left: budgetLeft,
  state: sloState,
}) satisfies z.ZodType<SloStatus>

/** Form of the answer of /slos. */
export const slosAnswer = z.strictObject({
  at: time,
  slos: z.array(sloStatus),
}) satisfies z.ZodType<SlosAnswer>
