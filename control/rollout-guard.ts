import { countAbove, quantile } from '../model/histogram.ts'
import type { Rollout } from '../model/policy.ts'

/** Whether treated calls do worse than the control cohort, by more than chance. Pure. */

/** What is known of the calls of one cohort. */
export interface Cohort {
  calls: number
  /** Failed, by model/outcome.ts. */
  errors: number
  /** Durations by bucket of model/histogram.ts. */
  duration: ReadonlyMap<number, number>
  /** Start of the newest call, microseconds; 0 where there is none. */
  last_us: number
}

export interface Cohorts {
  treated: Cohort
  control: Cohort
}

/** Calls below which nothing is judged, in either cohort. */
export const JUDGED_CALLS_MIN = 50
/** How many standard deviations a difference needs to count: about one in a thousand by chance. */
export const Z_MIN = 3

/**
 * Two-proportion z with a pooled variance: how far the first share lies above the second.
 * @returns 0 where there is nothing to compare
 */
export function zOf(one: { of: number; hits: number }, other: { of: number; hits: number }): number {
  const calls = one.of + other.of
  if (one.of === 0 || other.of === 0) return 0
  const pooled = (one.hits + other.hits) / calls
  const variance = pooled * (1 - pooled) * (1 / one.of + 1 / other.of)
  return variance === 0 ? 0 : (one.hits / one.of - other.hits / other.of) / Math.sqrt(variance)
}

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 2 : 1)} %`
const milliseconds = (us: number): string => `${(us / 1000).toFixed(us < 10_000 ? 1 : 0)} ms`

function errorsBroken({ treated, control }: Cohorts, delta: number): string | null {
  const [bad, usual] = [treated.errors / treated.calls, control.errors / control.calls]
  const z = zOf({ of: treated.calls, hits: treated.errors }, { of: control.calls, hits: control.errors })
  if (z <= Z_MIN || (bad - usual) * 100 <= delta) return null
  return `${percent(bad)} of ${treated.calls} treated calls failed, ${percent(usual)} of ${control.calls} in the control cohort: past errorRateDelta ${delta}%`
}

/** The quantile alone is noisy: as many calls must lie above the bound as chance does not bring there. */
function p99Broken({ treated, control }: Cohorts, ratio: number): string | null {
  const [slow, usual] = [quantile(treated.duration, 0.99), quantile(control.duration, 0.99)]
  const bound = usual * ratio
  if (usual === 0 || slow <= bound) return null
  const z = zOf(
    { of: treated.calls, hits: countAbove(treated.duration, bound) },
    { of: control.calls, hits: countAbove(control.duration, bound) },
  )
  if (z <= Z_MIN) return null
  return `p99 of treated calls is ${milliseconds(slow)}, that of the control cohort ${milliseconds(usual)}: past p99Ratio ${ratio}`
}

/** True where both cohorts have enough calls for a judgement. */
export function isJudged({ treated, control }: Cohorts): boolean {
  return treated.calls >= JUDGED_CALLS_MIN && control.calls >= JUDGED_CALLS_MIN
}

/** The guard that is broken, with its figures in words; null where none is, or where calls are too few. */
export function brokenGuard(cohorts: Cohorts, guards: Rollout['guards']): string | null {
  if (!isJudged(cohorts)) return null
  return errorsBroken(cohorts, guards.errorRateDelta) ?? p99Broken(cohorts, guards.p99Ratio)
}

/**
 * Calls each cohort needs before the next step: so many that no failure among them would bound the
 * rate of failures below what is tolerated (rule of three), at most CALLS_MIN.
 */
export function callsNeeded({ errorRateDelta }: Rollout['guards']): number {
  return errorRateDelta <= 0 ? CALLS_MIN : Math.min(CALLS_MIN, Math.ceil(300 / errorRateDelta))
}
export const CALLS_MIN = 1000
