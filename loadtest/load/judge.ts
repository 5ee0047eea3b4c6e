import type { Thresholds } from './scenario.ts'

/** What came of one step. */
export interface Outcome {
  visits: number
  /** Without an answer, or with a 5xx. */
  failed: number
  p90_ms: number
  p99_ms: number
}

/** Each threshold that was passed, in words; empty where all held. */
export function brokenBy(outcome: Outcome, thresholds: Thresholds): string[] {
  const share = outcome.visits === 0 ? 1 : outcome.failed / outcome.visits
  const checks: [string, number, number, string][] = [
    ['failed', share * 100, thresholds.failed_share * 100, '%'],
    ['p90', outcome.p90_ms, thresholds.p90_ms, 'ms'],
    ['p99', outcome.p99_ms, thresholds.p99_ms, 'ms'],
  ]
  return checks
    .filter(([, value, most]) => value > most)
    .map(
      ([name, value, most, unit]) => `${name} ${Number(value.toFixed(1))} ${unit} (at most ${most} ${unit})`,
    )
}
