import { policyText } from '../../../support/policy.ts'

/** The policies of the run: everything that can be enforced, enforced. */

/** Most attempts of a call under any of them. */
export const ATTEMPTS_MAX = 3

const ALLOWED = '{ id: shop, action: allow, from: [shop], methods: [GET, PUT, POST], paths: ["/items/{*}"] }'

export const POLICY = policyText(`  cart:
    timeouts: { mode: enforce, request: 1200ms, backendRequest: 500ms }
    retries: { mode: enforce, attempts: ${ATTEMPTS_MAX - 1}, backoff: 5ms, budget: { percent: 50, interval: 2s } }
    outlierDetection: { mode: enforce, consecutive5xxErrors: 4, interval: 1s, baseEjectionTime: 1s }
    loadBalancer: { mode: enforce }
    failover: { mode: enforce, order: [east, west], consecutiveErrors: 4, recoveryTime: 1s }
    connectionPool: { mode: enforce, maxConnections: 6, http1MaxPendingRequests: 3 }
    authorization: { mode: enforce, default: deny, rules: [${ALLOWED}] }
    rateLimit: { mode: enforce, requestsPerSecond: 120, burst: 40 }
`)

/** The same policies, judged only: taps relay calls as they are and write down what would have been. */
export const REHEARSED = POLICY.replaceAll('mode: enforce', 'mode: dry-run')

/** No policy at all. */
export const NOTHING = policyText('  cart: {}\n')

/** Features that are changed while calls go on. */
export const CHANGED = [
  'timeouts',
  'retries',
  'outlierDetection',
  'loadBalancer',
  'failover',
  'connectionPool',
  'authorization',
  'rateLimit',
] as const

/** Documents that have to be refused whole: torn, contradictory, too large. */
export const REFUSED: readonly string[] = [
  POLICY.slice(0, POLICY.indexOf('budget:') + 9),
  POLICY.replace('request: 1200ms', 'request: 1200'),
  POLICY.replace('backendRequest: 500ms', 'backendRequest: 5s'),
  `${POLICY}# ${'x'.repeat(1024 * 1024)}\n`,
]
