import type { Decision } from '../../model/decision.ts'

/** What a feature says about one call. */
export interface Verdict<D extends Decision = Decision> {
  readonly decision: D
  /** Id of the rule or name of the parameter that decided; empty for pass. */
  readonly rule: string
  /** Why, in words; empty for pass. Read it while the call is at hand: it may be made only then. */
  readonly reason: string
}

export const PASS: Verdict<'pass'> = Object.freeze({ decision: 'pass', rule: '', reason: '' })

export function verdict<D extends Decision>(decision: D, rule: string, reason: string): Verdict<D> {
  return Object.freeze({ decision, rule, reason })
}
