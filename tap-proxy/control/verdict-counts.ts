import type { Feature } from '../../model/flag.ts'
import type { Decision } from '../../model/verdict.ts'

/** How often features decided what, kept where the calls are; `pass` is not counted. */
export interface VerdictCounts {
  each(tell: (feature: Feature, decision: Decision, acted: boolean, count: number) => void): void
}
