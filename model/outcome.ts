import type { Outcome } from './call.ts'

/** The one place that says how a call ended and what "failed" means, per protocol. */

/** Outcome of an HTTP answer with this status (RFC 9110 section 15). */
export function httpOutcome(status: number): Outcome {
  if (status >= 500) return 'server_error'
  if (status >= 400) return 'client_error'
  return 'ok'
}

/**
 * Outcomes that count as errors of the called service in the golden signals. A client_error is the
 * caller's mistake and a denied call is a policy's work, so neither raises the error rate.
 */
export const FAILED_OUTCOMES = [
  'server_error',
  'timeout',
  'reset',
  'unfinished',
] as const satisfies readonly Outcome[]

const failed: ReadonlySet<Outcome> = new Set(FAILED_OUTCOMES)

export function isFailed(outcome: Outcome): boolean {
  return failed.has(outcome)
}
