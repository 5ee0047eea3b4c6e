import * as z from 'zod'
import { parsed } from '../document/parsed.ts'
import { parseDuration } from '../document/quantity.ts'
import { GUARDS_DEFAULT } from '../model/policy.ts'

/** The form of a service's `rollout:` entry (model/policy.ts says what it means). */

const STEPS_MAX = 20
const HOLD_MS_MIN = 10_000
const HOLD_MS_MAX = 30 * 86_400_000

const step = z
  .number({ error: 'not a number without a unit' })
  .min(0.1, 'is below 0.1, the least here')
  .max(100, 'is above 100')
const rising = (steps: readonly number[]) => steps.every((value, at) => at === 0 || value > steps[at - 1]!)

const hold = parsed((text) => {
  const milliseconds = parseDuration(text)
  const fits = milliseconds !== undefined && milliseconds >= HOLD_MS_MIN && milliseconds <= HOLD_MS_MAX
  return fits ? milliseconds * 1000 : undefined
}, 'a duration from 10s to 720h, like 1h')

/** `0.5%` or `0.5` -> 0.5 */
const points = parsed((text) => {
  const match = /^([0-9]{1,3}(?:\.[0-9]{1,4})?) ?%?$/.exec(text.trim())
  return match && Number(match[1]) <= 100 ? Number(match[1]) : undefined
}, 'a share like 0.5%')

export const rolloutSchema = z
  .strictObject({
    steps: z
      .array(step)
      .min(1, 'without steps nothing rises')
      .max(STEPS_MAX)
      .refine(rising, 'the steps do not rise')
      .describe('Percentages, rising; enforced features of the service that name no percent follow them.'),
    hold: hold.describe('How long each step stays before the next.'),
    guards: z
      .strictObject({
        errorRateDelta: points
          .optional()
          .describe(
            `Percentage points of failed calls above the control cohort, default ${GUARDS_DEFAULT.errorRateDelta}%.`,
          ),
        p99Ratio: z
          .number()
          .min(1)
          .max(100)
          .optional()
          .describe(`p99 of treated calls against the control cohort, default ${GUARDS_DEFAULT.p99Ratio}.`),
      })
      .optional(),
  })
  .transform(({ steps, hold, guards }) => ({
    steps,
    hold,
    guards: {
      errorRateDelta: guards?.errorRateDelta ?? GUARDS_DEFAULT.errorRateDelta,
      p99Ratio: guards?.p99Ratio ?? GUARDS_DEFAULT.p99Ratio,
    },
  }))
  .describe('Raises the percentage step by step while the guards hold.')
