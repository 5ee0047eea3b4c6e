import type { Feature } from '../../model/flag.ts'
import type { Settings } from '../../model/policy.ts'
import type { Target } from '../../net/resolve.ts'
import { type ZoneHealth, zoneFor } from '../../policy/feature/failover.ts'
import { type InFlightByEndpoint, lessBusyOfTwo } from '../../policy/feature/load-balancer.ts'
import * as outlier from '../../policy/feature/outlier-detection.ts'
import type { JudgedDraft } from './judged-draft.ts'
import type { Seat } from './seats.ts'

/** Which endpoint gets a call, as far as features that are enforced for it leave a choice. */

export const CHOOSING: ReadonlySet<Feature> = new Set(['failover', 'outlierDetection', 'loadBalancer'])

let turn = 0

/** In turn, so that what is left shares the load. */
export function nextOf(targets: readonly Target[]): Target {
  turn = (turn + 1) % 1_000_000
  return targets[turn % targets.length]!
}

export function aimAt(judged: JudgedDraft, target: Target, zone: string): void {
  judged.destination_instance = target.label
  judged.destination_zone = target.zone || zone
}

/**
 * Endpoints that a feature would take this call to; all of them where it leaves none, because a call
 * that is sent has a better chance than one that is not.
 * @param zone of addresses that have none of their own
 */
export function allowedBy(
  seat: Seat,
  judged: JudgedDraft,
  targets: readonly Target[],
  zone: string,
  now_us: number,
): readonly Target[] {
  const left = narrowed(seat, judged, targets, zone, now_us)
  return left.length === 0 ? targets : left
}

function narrowed(
  { judge, state }: Seat,
  judged: JudgedDraft,
  targets: readonly Target[],
  zone: string,
  now_us: number,
): readonly Target[] {
  if (judge.feature === 'failover') {
    const { settings } = judge.compiled as { settings: Settings<'failover'> }
    const wanted = zoneFor(settings, state as ZoneHealth, now_us)
    return targets.filter((target) => (target.zone || zone) === wanted)
  }
  if (judge.feature === 'outlierDetection') {
    const before = judged.destination_instance
    const left = targets.filter((target) => {
      judged.destination_instance = target.label
      return !outlier.isEjected(judge.compiled as outlier.Compiled, state as outlier.State, judged, now_us)
    })
    judged.destination_instance = before
    return left
  }
  return targets
}

/** The less busy of two of them, where the feature says so; else the one that was meant. */
export function balanced({ judge, state }: Seat, meant: Target, targets: readonly Target[]): Target {
  const { leastRequest } = judge.compiled as { leastRequest: boolean }
  if (!leastRequest || targets.length < 2) return meant
  return targets[lessBusyOfTwo(targets, state as InFlightByEndpoint, Math.random)]!
}
