import type { EnforcementCell } from '../../model/enforcement.ts'
import { FEATURES, type Feature, type Mode } from '../../model/flag.ts'
import type { Decision } from '../../model/verdict.ts'

/** What modes, features and decisions are called on the pages. */

export const FEATURE_WORDS: Readonly<Record<Feature, string>> = {
  timeouts: 'Timeouts',
  retries: 'Retries',
  outlierDetection: 'Outlier detection',
  connectionPool: 'Connection pool',
  loadBalancer: 'Load balancer',
  failover: 'Failover',
  rateLimit: 'Rate limit',
  mtls: 'Mutual TLS',
  authorization: 'Authorization',
}

export const FEATURE_COLUMNS: readonly Feature[] = FEATURES

/** `enforce 10 %`; a percentage is told where it means something. */
export function modeText(mode: Mode, percent: number): string {
  return mode === 'enforce' ? `enforce ${percent} %` : mode
}

/** Of calls: what a verdict does, or would do where it was only said. */
const DECIDED: Readonly<Record<Decision, readonly [would: string, did: string]>> = {
  pass: ['pass', 'pass'],
  deny: ['would be denied', 'denied'],
  shed: ['would be shed', 'shed'],
  cut: ['would be cut', 'cut'],
  retry: ['would be sent again', 'sent again'],
  no_retry: ['would be left failed', 'left failed'],
  divert: ['would go to another endpoint', 'sent to another endpoint'],
  queue: ['would wait for a connection', 'waited for a connection'],
  note: ['noted', 'noted'],
}

export const decidedText = (decision: Decision, acted: boolean): string => DECIDED[decision][acted ? 1 : 0]

/** Verdicts that cost the caller an answer are told in the tone of a failure. */
export const isLoss = (decision: Decision): boolean =>
  decision === 'deny' || decision === 'shed' || decision === 'cut'

/** Where what taps are told is less than what the document says. */
export function differs(cell: EnforcementCell): boolean {
  return cell.mode !== cell.mode_in_force || cell.percent !== cell.percent_in_force
}
