import type { Feature } from '../../model/flag.ts'
import { authorization } from './authorization.ts'
import { connectionPool } from './connection-pool.ts'
import { failover } from './failover.ts'
import type { FeatureCode } from './feature.ts'
import { loadBalancer } from './load-balancer.ts'
import { mtls } from './mtls.ts'
import { outlierDetection } from './outlier-detection.ts'
import { rateLimit } from './rate-limit.ts'
import { retries } from './retries.ts'
import { timeouts } from './timeouts.ts'

/** The code of every feature of the catalogue; a feature without code, or code without a feature, does not compile. */
export const REGISTRY = {
  timeouts,
  retries,
  outlierDetection,
  connectionPool,
  loadBalancer,
  failover,
  rateLimit,
  mtls,
  authorization,
} as const satisfies { [F in Feature]: unknown }

/** The same with the types of settings and states closed over: what drives features needs neither. */
export type AnyFeature = FeatureCode<Feature, unknown, unknown>

export function codeOfFeature(feature: Feature): AnyFeature {
  return REGISTRY[feature] as unknown as AnyFeature
}
