import type { Feature, Mode } from '../model/feature.ts'
import { type GivenFeatures, originOf, type ServicePolicy, settingsFor } from '../model/policy.ts'

/** Mode and percent as taps are told them: what the document asks for, made less by its end, a rollout or a latch. */

/** What the document asks for, before anything made it less. */
export interface AskedFor {
  /** Empty where it holds for every caller without an entry of its own. */
  caller: string
  mode: Mode
  percent: number
  /** False where the document leaves the percent out: a rollout may then choose it. */
  percent_given: boolean
}

export interface InForce {
  mode: Mode
  percent: number
  /** Why it differs from what the document asks for, in words; null where it does not. */
  why: string | null
}

/** Where rollouts and latches come in: what stands over the document. */
export interface Overlay {
  /** Never more than what is asked for: neither a mode nor a percent above it. */
  inForce(service: string, feature: Feature, asked: AskedFor): InForce
  /**
   * Takes the latch off, once a person has asked for it; stored before it resolves.
   * @returns false where nothing is latched
   */
  rearm(service: string, feature: Feature): Promise<boolean>
  /** Another collector of the same store changed something: what it stored is read before that holds here. */
  refresh?(): Promise<void>
}

/** The document alone. */
export const NO_OVERLAY: Overlay = {
  inForce: (_service, _feature, { mode, percent }) => ({ mode, percent, why: null }),
  rearm: async () => false,
}

/**
 * What is in force for one feature of one service; the only place where it is made.
 * @param caller empty for callers without an entry @param now_ms wall clock
 * @returns undefined where the document does not name the feature
 */
export function inForce(
  policy: ServicePolicy,
  service: string,
  feature: Feature,
  caller: string,
  now_ms: number,
  overlay: Overlay = NO_OVERLAY,
): InForce | undefined {
  const settings = settingsFor(policy, caller, feature)
  if (settings === undefined) return undefined
  const { mode, percent, expires } = settings
  if (mode !== 'disabled' && expires !== undefined && expires <= now_ms) {
    return {
      mode: 'disabled',
      percent,
      why: `ended at ${new Date(expires).toISOString()}, as the document says`,
    }
  }
  if (mode === 'disabled') return { mode, percent, why: null }
  const percent_given = originOf(policy, caller, feature, 'percent') !== 'default'
  return overlay.inForce(service, feature, { caller, mode, percent, percent_given })
}

/** The features of a service, or of one of its callers, with mode and percent as they are in force. */
export function featuresInForce(
  policy: ServicePolicy,
  service: string,
  caller: string,
  now_ms: number,
  overlay: Overlay,
): GivenFeatures {
  const given = caller === '' ? policy.features : (policy.callers.get(caller) ?? {})
  const entries = Object.entries(given) as [Feature, GivenFeatures[Feature]][]
  return Object.fromEntries(
    entries.map(([feature, own]) => {
      const force = inForce(policy, service, feature, caller, now_ms, overlay)
      return [feature, { ...own, ...(force && { mode: force.mode, percent: force.percent }) }]
    }),
  )
}
