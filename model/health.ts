import type { GoldenSignals, Health } from './graph.ts'

/** Share of failed calls that is surely passed before an edge or service is shown as bad or in warning. */
export const BAD_SHARE = 0.05
export const WARN_SHARE = 0.01
/** Fewer calls than this say nothing, unless at least ERRORS_MIN of them failed. */
export const CALLS_MIN = 10
export const ERRORS_MIN = 3

/** z of a two-sided 95 % interval. */
const Z = 1.96

/**
 * Lower bound of the true share of failures: Wilson's interval (1927), which stays honest for few
 * calls and for shares near 0 and 1.
 */
export function wilsonLower(errors: number, calls: number): number {
  if (errors === 0) return 0
  const p = errors / calls
  const z2 = Z * Z
  const centre = p + z2 / (2 * calls)
  const spread = Z * Math.sqrt((p * (1 - p) + z2 / (4 * calls)) / calls)
  return Math.max(0, (centre - spread) / (1 + z2 / calls))
}

/**
 * `idle` without calls, `unknown` below CALLS_MIN, `bad` or `warn` where the share of failures is
 * with 95 % confidence above BAD_SHARE or WARN_SHARE, else `ok`.
 */
export function healthOf({ calls, errors }: Pick<GoldenSignals, 'calls' | 'errors'>): Health {
  if (calls === 0) return 'idle'
  if (calls < CALLS_MIN && errors < ERRORS_MIN) return 'unknown'
  const lower = wilsonLower(errors, calls)
  if (lower >= BAD_SHARE) return 'bad'
  return lower >= WARN_SHARE ? 'warn' : 'ok'
}
