import type { Decision } from '../../model/decision.ts'
import type { Feature } from '../../model/feature.ts'

/** How often features decided what, kept where the calls are; `pass` is not counted. */
export interface VerdictCounts {
  each(tell: (feature: Feature, decision: Decision, acted: boolean, count: number) => void): void
}
