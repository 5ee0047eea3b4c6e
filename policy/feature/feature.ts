import type { CallRecord } from '../../model/call.ts'
import type { Feature } from '../../model/flag.ts'
import type { Settings } from '../../model/policy.ts'
import type { Decision } from '../../model/verdict.ts'

/**
 * The shape that every feature of a policy has. All of it is pure: a call, a state and a time go in,
 * a verdict comes out, so the same code serves a back-test over recorded calls and, later, live taps.
 */

/** What a verdict goes by: columns of the call record. */
export type JudgedCall = Pick<
  CallRecord,
  | 'ts'
  | 'duration_us'
  | 'ttfb_us'
  | 'source'
  | 'source_identity'
  | 'source_evidence'
  | 'destination'
  | 'destination_instance'
  | 'destination_zone'
  | 'protocol'
  | 'method'
  | 'path'
  | 'status'
  | 'outcome'
  | 'response_flags'
  | 'request_bytes'
  | 'attempt'
  | 'security'
> & {
  /** Values of a header field, by its name in small letters; absent where they are not known, as in a record. */
  header?: ((name: string) => readonly string[]) | undefined
}

export interface Verdict {
  readonly decision: Decision
  /** Id of the rule or name of the parameter that decided; empty for pass. */
  readonly rule: string
  /** Why, in words; empty for pass. Asked for while the call is at hand, since it may be found only then. */
  readonly reason: string
}

export const PASS: Verdict = Object.freeze({ decision: 'pass', rule: '', reason: '' })

export function verdict(decision: Decision, rule: string, reason: string): Verdict {
  return Object.freeze({ decision, rule, reason })
}

/** True for a decision after which the call never reaches its destination. */
export function isRefused(decision: Decision): boolean {
  return decision === 'deny' || decision === 'shed'
}

/** Verdicts of a feature are asked for when a call starts, or once its answer is known. */
export type Moment = 'start' | 'end'

export interface FeatureCode<F extends Feature, Compiled, State> {
  moment: Moment
  compile(settings: Settings<F>): Compiled
  /** Calls with the same scope share a state, as they would inside one tap. */
  scopeOf(call: JudgedCall): string
  /** Never depends on settings: callers with entries of their own may share it. */
  createState(): State
  /** @param now_us start of the call, or its end where `moment` says so; never runs backwards */
  decide(compiled: Compiled, state: State, call: JudgedCall, now_us: number): Verdict
  /** Told how a call ended that was neither refused nor diverted at its start. */
  ended(compiled: Compiled, state: State, call: JudgedCall, now_us: number): void
}

/** Bytes both ways for as long as it likes: a total time says nothing about it. */
export function isStream(call: JudgedCall): boolean {
  return call.protocol !== 'http' || call.status === '101'
}

/** Scope of what the tap of a caller keeps about one service. */
export function callerScope(call: JudgedCall): string {
  return `${call.source}\x1f${call.destination}`
}

/** What speaks against an endpoint; a caller's mistake, a refusal or a caller that left never does. */
export function isFault({ outcome }: JudgedCall): boolean {
  return outcome === 'server_error' || outcome === 'timeout' || outcome === 'reset'
}
