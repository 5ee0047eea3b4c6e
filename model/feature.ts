import { type Decision, WORDS, type Words } from './decision.ts'

/**
 * The catalogue of features that a policy can set (names of Gateway API, Istio and Envoy): all that people
 * and configuration need of a feature. Types of settings, the schema of the policy, its JSON Schema,
 * docs/policy-features.md, `config explain` and the words of the UI derive from it. What a feature decides
 * and does is its module, `policy/feature/<name>.ts`; the compiler asks for one for each entry.
 */

/** Which tap judges a feature: the one of the caller, or the one in front of the service. */
export type Side = 'caller' | 'service'

/** Never spelled on and off, which YAML 1.1 reads as booleans. */
export const MODES = ['disabled', 'dry-run', 'enforce'] as const
export type Mode = (typeof MODES)[number]

/** How a value is written and bounded. Durations are microseconds once they are read, sizes bytes. */
export type Parameter = { sentence: string; required?: true } & (
  | { kind: 'duration'; min: number; max: number; default?: number }
  | { kind: 'size'; min: number; max: number; default?: number }
  | { kind: 'number'; min: number; max: number; whole: boolean; default?: number }
  | { kind: 'methods'; default?: readonly string[] }
  | { kind: 'statuses'; default?: readonly number[] }
  | { kind: 'word'; values: readonly string[]; default?: string }
  | { kind: 'names'; default?: readonly string[] }
  | { kind: 'rules'; default?: readonly [] }
)

export interface CatalogueEntry {
  /** What people read in place of the key. */
  title: string
  /** Taps on the other side never judge it: a call is judged once. */
  side: Side
  /** What it does to a call once it is enforced. */
  effect: string
  /** What recorded calls can say about it, and what they cannot. */
  evidence: string
  /** Every decision that it makes, besides `pass`, in words. Its module may make no other. */
  decisions: Readonly<Partial<Record<Exclude<Decision, 'pass'>, Words>>>
  /** By name; a dot is a level of nesting in the document. */
  parameters: Readonly<Record<string, Parameter>>
  /**
   * The callers' taps need the settings of a service-side feature, too: `told` because they connect by
   * them, `judge` because they also judge their own calls, without acting.
   */
  callerTap?: 'told' | 'judge'
  /** It goes by connections or messages that have no trace to draw a share from: `percent` does not split it. */
  splits?: false
  /** Mode of a service that does not name the feature; disabled unless it is said here. */
  unnamed?: 'dry-run'
  /** It may refuse a caller for who it is: a caller of once a week has to be seen before it is enforced. */
  needsWeek?: true
}

const MS = 1000
const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const whole = (sentence: string, min: number, max: number) =>
  ({ kind: 'number', whole: true, min, max, sentence }) as const
const perSecond = (sentence: string) =>
  ({ kind: 'number', whole: false, min: 0.01, max: 1_000_000, sentence }) as const
const duration = (sentence: string, min: number, max: number) =>
  ({ kind: 'duration', min, max, sentence }) as const

/** Within one moment of a call (policy/feature/feature.ts) features are asked in this order. */
export const CATALOGUE = {
  timeouts: {
    title: 'Timeouts',
    side: 'caller',
    effect:
      'A call that takes longer is answered 504 with the flag UT; a stream that is silent for longer ends with SI.',
    evidence:
      'Exact: durations are recorded. Of streams (WebSocket, opaque bytes) the pauses are not, so idle is judged live only; a caller that would have tried again is not seen.',
    decisions: { cut: WORDS.cut },
    parameters: {
      request: duration('Longest time of a whole call, retries included.', MS, HOUR),
      backendRequest: duration('Longest wait of one attempt for the head of its answer.', MS, HOUR),
      idle: duration('Longest silence of a stream, whose total time is not limited.', SECOND, 24 * HOUR),
    },
  },
  retries: {
    title: 'Retries',
    side: 'caller',
    effect: 'A call that failed is sent again by the tap of its caller, within a budget.',
    evidence:
      'Which calls would be sent again is exact. Whether that helps is read from the next real call of the same kind, never computed from rates.',
    decisions: { retry: WORDS.retry, no_retry: WORDS.no_retry },
    parameters: {
      attempts: { ...whole('How often a call is sent again at most.', 1, 5), default: 1 },
      codes: {
        kind: 'statuses',
        default: [502, 503, 504],
        sentence: 'Statuses that are tried again, for the methods listed.',
      },
      methods: {
        kind: 'methods',
        default: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'],
        sentence: 'Methods that may be repeated once a byte was sent; a refused connection always may.',
      },
      backoff: { ...duration('Wait before the next attempt.', MS, MINUTE), default: 25 * MS },
      bufferBytes: {
        kind: 'size',
        min: 0,
        max: 1_048_576,
        default: 65_536,
        sentence: 'Largest request that is kept for sending again.',
      },
      'budget.percent': {
        kind: 'number',
        whole: false,
        min: 0,
        max: 100,
        default: 20,
        sentence: 'Retries per hundred calls of the interval.',
      },
      'budget.interval': {
        ...duration('How long a call counts towards the budget.', SECOND, MINUTE),
        default: 10 * SECOND,
      },
      'budget.minRetryRate.count': {
        ...whole('Retries that are always allowed in each minRetryRate.interval.', 0, 1000),
        default: 10,
      },
      'budget.minRetryRate.interval': {
        ...duration('Interval of minRetryRate.count.', 100 * MS, MINUTE),
        default: SECOND,
      },
    },
  },
  failover: {
    title: 'Failover',
    side: 'caller',
    effect: 'Calls stay in the first zone of the list that is healthy, and come back when an earlier one is.',
    evidence:
      'When endpoints of a zone failed in a row is exact. Whether the next zone could have taken the load is not known.',
    decisions: { divert: WORDS.divert },
    parameters: {
      order: {
        kind: 'names',
        required: true,
        sentence: 'Zones from the nearest to the farthest; calls never go to one that is not listed.',
      },
      healthyPercent: {
        ...whole('Share of healthy endpoints below which a zone is left for the next.', 1, 100),
        default: 70,
      },
      consecutiveErrors: {
        ...whole('Failures in a row that make an endpoint unhealthy.', 1, 1000),
        default: 5,
      },
      recoveryTime: {
        ...duration('After this an unhealthy endpoint is tried with a single call.', SECOND, HOUR),
        default: 10 * SECOND,
      },
    },
  },
  outlierDetection: {
    title: 'Outlier detection',
    side: 'caller',
    effect: 'An endpoint that keeps failing is left out for a while; its calls go to the others.',
    evidence:
      'The breaker runs on what really happened, in which failing endpoints kept their load. How the others would have fared is not known.',
    decisions: { divert: WORDS.divert },
    parameters: {
      consecutive5xxErrors: { ...whole('Failures in a row that eject an endpoint.', 1, 1000), default: 5 },
      successRateThreshold: {
        kind: 'number',
        whole: false,
        min: 0,
        max: 1,
        default: 0.8,
        sentence: 'Share of good calls of an interval below which an endpoint is ejected.',
      },
      successRateRequestVolume: {
        ...whole('Calls an interval needs before its share counts.', 1, 100_000),
        default: 10,
      },
      interval: { ...duration('Length of an interval.', SECOND, HOUR), default: 10 * SECOND },
      baseEjectionTime: {
        ...duration('Length of an ejection, times how often it happened.', SECOND, HOUR),
        default: 30 * SECOND,
      },
      maxEjectionPercent: {
        ...whole('Share of endpoints ejected at a time; the last one never is.', 1, 100),
        default: 50,
      },
    },
  },
  loadBalancer: {
    title: 'Load balancer',
    side: 'caller',
    effect: 'Calls go to the less busy of two endpoints picked at random, or in turn.',
    evidence:
      'Which calls met an endpoint that was busier than another one is exact for endpoints that were called; how fast the other would have been is not known.',
    decisions: { note: ['at an endpoint busier than another', 'at an endpoint busier than another'] },
    parameters: {
      simple: {
        kind: 'word',
        values: ['LEAST_REQUEST', 'ROUND_ROBIN'],
        default: 'LEAST_REQUEST',
        sentence: 'LEAST_REQUEST counts calls in flight; ROUND_ROBIN is what a tap does without this.',
      },
    },
  },
  connectionPool: {
    title: 'Connection pool',
    side: 'caller',
    effect: 'Calls past the limit wait for a connection, and past the queue are answered 503 with UO.',
    evidence:
      'Calls in flight come from recorded starts and ends, all instances of a caller together: each tap has a pool of its own, so this is the most there can be.',
    decisions: { queue: ['would wait for a connection', 'waited for a connection'], shed: WORDS.shed },
    parameters: {
      maxConnections: {
        ...whole('Connections to one service; one call in flight each.', 1, 1_000_000),
        default: 1024,
      },
      http1MaxPendingRequests: {
        ...whole('Calls that may wait for a connection.', 0, 1_000_000),
        default: 1024,
      },
    },
  },
  mtls: {
    title: 'Mutual TLS',
    side: 'service',
    callerTap: 'told',
    splits: false,
    needsWeek: true,
    effect: 'With strict, a connection without a verified certificate is refused.',
    evidence: 'Exact: the protection of each call is recorded. Who has no tap shows as plaintext.',
    decisions: { deny: WORDS.deny, note: ['not over mutual TLS', 'not over mutual TLS'] },
    parameters: {
      policy: {
        kind: 'word',
        values: ['permissive', 'strict'],
        required: true,
        sentence: 'permissive takes both, strict only mutual TLS.',
      },
    },
  },
  authorization: {
    title: 'Authorization',
    side: 'service',
    needsWeek: true,
    effect: 'A call that no rule allows, or that a rule denies, is answered 403.',
    evidence:
      'Exact as to method and path. Without mutual TLS the caller is who it is believed to be, and the answer says by what.',
    decisions: { deny: WORDS.deny },
    parameters: {
      default: {
        kind: 'word',
        values: ['allow', 'deny'],
        required: true,
        sentence: 'What happens to a call that no rule names.',
      },
      rules: {
        kind: 'rules',
        default: [],
        sentence: 'A denying rule wins; else an allowing rule; else the default.',
      },
    },
  },
  rateLimit: {
    title: 'Rate limit',
    side: 'service',
    effect: 'Calls past the rate are answered 429 with Retry-After.',
    evidence:
      'Token buckets run over the recorded starts, one for each endpoint as its tap would. Callers that would have slowed down are not seen.',
    decisions: { shed: WORDS.shed },
    parameters: {
      requestsPerSecond: { ...perSecond('Calls each endpoint takes in a second.'), required: true },
      burst: whole('Calls at once above the rate; without it one second of the rate.', 1, 1_000_000),
      'perCaller.requestsPerSecond': perSecond('The same for each caller alone.'),
      'perCaller.burst': whole('Burst of one caller.', 1, 1_000_000),
    },
  },
  strict: {
    title: 'Strict HTTP',
    side: 'service',
    callerTap: 'judge',
    splits: false,
    unnamed: 'dry-run',
    needsWeek: true,
    effect:
      'A request that two readers could understand differently, or that breaks HTTP, is answered 4xx with the flag IH, and never sent. A service that does not name it has dry-run: such calls are relayed, and named with the rule that they break.',
    evidence:
      'Exact for calls that a tap read: each that broke a rule names it. Calls that come from spans or logs do not.',
    decisions: { deny: WORDS.deny },
    parameters: {},
  },
} as const satisfies Record<string, CatalogueEntry>

export type Feature = keyof typeof CATALOGUE
export const FEATURES = Object.keys(CATALOGUE) as readonly Feature[]

export function isFeature(text: string): text is Feature {
  return Object.hasOwn(CATALOGUE, text)
}

/** Parameters of a feature in the order of the catalogue. */
export function parametersOf(feature: Feature): readonly [name: string, parameter: Parameter][] {
  return Object.entries(CATALOGUE[feature].parameters)
}

/** An entry by what every entry may have, for what treats all features alike. */
export function catalogueEntry(feature: Feature): CatalogueEntry {
  return CATALOGUE[feature]
}

/** What a feature decided about a call, in its own words. */
export function decisionText(feature: Feature, decision: Decision, acted: boolean): string {
  const own = decision === 'pass' ? undefined : catalogueEntry(feature).decisions[decision]
  return (own ?? WORDS[decision])[acted ? 1 : 0]
}
