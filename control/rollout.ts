import type { Rollout } from '../model/policy.ts'
import { brokenGuard, type Cohort, type Cohorts, callsNeeded, isJudged } from './rollout-guard.ts'

/**
 * How the percentage of an enforced feature follows its evidence: a state and what was seen go in, the
 * next state and what was done come out. It knows neither a clock nor the store. A percentage only rises,
 * step by step; the one way down is back to dry-run, and there it stays until a person takes the latch off.
 */

export interface RolloutState {
  /** Name of the settings that it is for; others begin anew, but never lose a latch. */
  settings: string
  /** Revision that brought them: what was said under an earlier one speaks for other settings. */
  revision: string
  percent: number
  /** When this percentage began, microseconds. */
  since_us: number
  /** Judgements in a row that found a guard broken, and when the last of them was made. */
  broken: number
  broken_us: number
  latched: { at_us: number; reason: string } | null
  /** The control cohort of the step before the last, for the time when all calls are treated. */
  baseline: Cohort | null
  /** Why the next step is not taken, in words; null where only time is left to pass. */
  held: string | null
}

export interface RolloutPlan {
  /** Percentages, rising; none where a person set a fixed one and only the guards watch. */
  steps: readonly number[]
  hold_us: number
  guards: Rollout['guards']
}

/** Calls of the whole step, and those of its last RECENT_US. */
export interface Observed {
  step: Cohorts
  recent: Cohorts
}

export type RolloutAction =
  | { kind: 'advance'; from: number; to: number; evidence: string }
  | { kind: 'rollback'; evidence: string }

export const RECENT_US = 30_000_000
/** Two judgements of the same ten seconds are one. */
export const JUDGE_EVERY_US = 10_000_000
export const BROKEN_MAX = 2
/** Cohorts that told nothing for this long, or for a quarter of the hold, are missing. */
const STALE_US = 60_000_000

export const ALL = 100

/** @param percent where it starts: the first step, or what a person set */
export function startRollout(
  { settings, revision }: Pick<RolloutState, 'settings' | 'revision'>,
  percent: number,
  now_us: number,
): RolloutState {
  return {
    settings,
    revision,
    percent: Math.min(ALL, percent),
    since_us: now_us,
    broken: 0,
    broken_us: 0,
    latched: null,
    baseline: null,
    held: null,
  }
}

/** The percentage after this one, or undefined at the end. */
function stepAfter({ steps }: RolloutPlan, percent: number): number | undefined {
  return steps.find((step) => step > percent && step <= ALL)
}

/** At the last step there is no control cohort: the one of the step before stands for it. */
function compared(state: RolloutState, seen: Cohorts): Cohorts | undefined {
  if (state.percent < ALL) return seen
  return state.baseline === null ? undefined : { treated: seen.treated, control: state.baseline }
}

function againstWhat(state: RolloutState): string {
  return state.percent < ALL ? '' : ' (control cohort of the step before: now all calls are treated)'
}

/** When the guards stop to watch: once the last step was held, nothing is left to compare with. */
export function isOver(state: RolloutState, plan: RolloutPlan, now_us: number): boolean {
  return state.percent >= ALL && (state.baseline === null || now_us - state.since_us >= plan.hold_us)
}

/** Why the next step has to wait, the hold aside; null where nothing keeps it. */
function heldBy(
  state: RolloutState,
  plan: RolloutPlan,
  { treated, control }: Cohorts,
  now_us: number,
): string | null {
  const needed = callsNeeded(plan.guards)
  if (treated.calls < needed || control.calls < needed) {
    return `too few calls: ${treated.calls} treated and ${control.calls} in the control cohort, ${needed} of each are needed`
  }
  const stale_us = Math.max(STALE_US, plan.hold_us / 4)
  const silent_us = now_us - Math.min(treated.last_us, control.last_us)
  if (silent_us > stale_us) return `no calls for ${Math.round(silent_us / 1_000_000)} s`
  return state.broken > 0 ? 'a guard was broken when last looked at' : null
}

function rolledBack(state: RolloutState, evidence: string, now_us: number): RolloutState {
  return { ...state, broken: 0, latched: { at_us: now_us, reason: evidence }, held: null }
}

function advanced(state: RolloutState, to: number, seen: Cohorts, now_us: number): RolloutState {
  return { ...startRollout(state, to, now_us), baseline: to >= ALL ? seen.control : null }
}

function inWords(state: RolloutState, { treated, control }: Cohorts): string {
  const share = ({ calls, errors }: Cohort) => `${errors} of ${calls} calls failed`
  return `guards held at ${state.percent} %: ${share(treated)} where treated, ${share(control)} in the control cohort`
}

interface Judged {
  state: RolloutState
  broken: string | null
}

/** Counts broken judgements; where calls are too few nothing changes, neither up nor down. */
function judged(state: RolloutState, plan: RolloutPlan, seen: Observed, now_us: number): Judged {
  const windows = [seen.recent, seen.step].flatMap((each) => compared(state, each) ?? []).filter(isJudged)
  if (windows.length === 0) return { state, broken: null }
  const broken = windows.map((each) => brokenGuard(each, plan.guards)).find((found) => found !== null) ?? null
  if (broken === null) return { state: { ...state, broken: 0 }, broken }
  if (state.broken > 0 && now_us - state.broken_us < JUDGE_EVERY_US) return { state, broken: null }
  return { state: { ...state, broken: state.broken + 1, broken_us: now_us }, broken }
}

/**
 * One look at the evidence.
 * @param now_us wall clock, microseconds
 * @returns the next state, and what was done, if anything
 */
export function nextRollout(
  before: RolloutState,
  plan: RolloutPlan,
  seen: Observed,
  now_us: number,
): { state: RolloutState; action: RolloutAction | null } {
  if (before.latched !== null || isOver(before, plan, now_us)) {
    return { state: { ...before, held: null }, action: null }
  }
  const { state, broken } = judged(before, plan, seen, now_us)
  if (broken !== null && state.broken >= BROKEN_MAX) {
    const evidence = `${broken}${againstWhat(state)}`
    return { state: rolledBack(state, evidence, now_us), action: { kind: 'rollback', evidence } }
  }
  const to = stepAfter(plan, state.percent)
  if (to === undefined) return { state: { ...state, held: null }, action: null }
  const held = heldBy(state, plan, seen.step, now_us)
  if (held !== null || now_us - state.since_us < plan.hold_us)
    return { state: { ...state, held }, action: null }
  const action = { kind: 'advance', from: state.percent, to, evidence: inWords(state, seen.step) } as const
  return { state: advanced(state, to, seen.step, now_us), action }
}
