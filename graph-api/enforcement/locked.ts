import { callsNeeded } from '../../control/rollout-guard.ts'
import type { EvidenceAnswer } from '../../model/enforcement.ts'
import { catalogueEntry, type Feature } from '../../model/feature.ts'
import { GUARDS_DEFAULT, type Rollout } from '../../model/policy.ts'
import type { Examined } from '../query/evidence.ts'

/** Why a feature should not be enforced, or not for more calls, yet: each in a sentence. Pure. */

/** Evidence older than this says nothing of the calls of now. */
const FRESH_US = 15 * 60_000_000
const DAY_US = 86_400_000_000
/** A whole weekly cycle: who calls once a week has called. */
const SPAN_ADVISED_DAYS = 7

export interface Standing {
  feature: Feature
  mode: EvidenceAnswer['mode']
  percent: number
  bypassed: boolean
  latched: { at: string; reason: string } | null
  /** Why a rollout does not go on, or null. */
  held: string | null
  guards: Rollout['guards'] | undefined
  examined: Examined
}

function ageText(us: number): string {
  const minutes = Math.round(us / 60_000_000)
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`
}

function evidenceLocks({ examined, guards }: Standing, now_us: number): string[] {
  if (examined.calls === 0) {
    return [
      'No call was looked at under these settings yet; is a tap there that judges, and has it this policy?',
    ]
  }
  const locks: string[] = []
  const age_us = now_us - examined.last_us
  if (age_us > FRESH_US) {
    locks.push(
      `The last call was looked at ${ageText(age_us)} ago; evidence has to be fresher than 15 minutes.`,
    )
  }
  const needed = callsNeeded(guards ?? GUARDS_DEFAULT)
  if (examined.calls < needed) {
    locks.push(`${examined.calls} calls were looked at under these settings; ${needed} are needed.`)
  }
  return locks
}

/** @param now_us wall clock, microseconds @returns none where the next step may be taken */
export function lockedBy(standing: Standing, now_us: number): string[] {
  const { mode, percent, bypassed, latched, held } = standing
  const locks = bypassed ? ['Everything is bypassed by hand; end that first.'] : []
  if (latched) {
    locks.push(
      `A guard put it back to dry-run at ${latched.at}: ${latched.reason}. Re-arm it first, with a reason.`,
    )
  }
  if (mode === 'disabled') return [...locks, 'It is disabled: dry-run has to run first.']
  locks.push(...evidenceLocks(standing, now_us))
  if (mode === 'enforce' && percent < 100 && held !== null) locks.push(`The rollout waits: ${held}.`)
  return locks
}

/** What is worth knowing before the next step, without forbidding it. */
export function adviceFor({ feature, mode, examined }: Standing): string[] {
  const days = (examined.last_us - examined.first_us) / DAY_US
  if (mode !== 'dry-run' || catalogueEntry(feature).needsWeek !== true || days >= SPAN_ADVISED_DAYS) return []
  const seen = examined.calls === 0 ? 'none yet' : `${days.toFixed(days < 1 ? 2 : 1)} so far`
  return [
    `Who calls once a week is seen within ${SPAN_ADVISED_DAYS} days of dry-run; ${seen}. Nothing forbids to go on earlier.`,
  ]
}
