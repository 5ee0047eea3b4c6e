import type { EnforcementCell } from '../../model/enforcement.ts'
import { FEATURES, type Feature, type Mode } from '../../model/flag.ts'

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

/** Where what taps are told is less than what the document says. */
export function differs(cell: EnforcementCell): boolean {
  return cell.mode !== cell.mode_in_force || cell.percent !== cell.percent_in_force
}
