/**
 * Loads for a whole mesh, said once: `npm run load` makes them with autocannon, and the scripts
 * steady.ts, spike.ts, soak.ts and breakpoint.ts of loadtest/k6/ with k6. Nothing but data and
 * arithmetic stands here, because k6 is no Node.
 */

/** From the rate before to this one, evenly over these seconds. */
export interface Stage {
  /** Visits a second. */
  rate: number
  seconds: number
}

export interface Thresholds {
  /** Share of visits without an answer or with a 5xx, 0..1. */
  failed_share: number
  p90_ms: number
  p99_ms: number
}

export interface Scenario {
  title: string
  start_rate: number
  stages: readonly Stage[]
  thresholds: Thresholds
  /** Ends as soon as a threshold is passed: the point where it breaks is what is looked for. */
  ends_when_broken: boolean
}

/** The demo fails a few visits on purpose, and one of its regions is far away. */
const DEMO: Thresholds = { failed_share: 0.1, p90_ms: 1500, p99_ms: 4000 }

export const SCENARIOS = {
  steady: {
    title: 'an ordinary hour, in two minutes',
    start_rate: 20,
    stages: [{ rate: 20, seconds: 120 }],
    thresholds: DEMO,
    ends_when_broken: false,
  },
  spike: {
    title: 'four times as many at once, and back',
    start_rate: 15,
    stages: [
      { rate: 15, seconds: 20 },
      { rate: 60, seconds: 5 },
      { rate: 60, seconds: 30 },
      { rate: 15, seconds: 5 },
      { rate: 15, seconds: 30 },
    ],
    thresholds: DEMO,
    ends_when_broken: false,
  },
  soak: {
    title: 'the same for long: what grows shows',
    start_rate: 15,
    stages: [{ rate: 15, seconds: 1800 }],
    thresholds: DEMO,
    ends_when_broken: false,
  },
  breakpoint: {
    title: 'more and more until a threshold is passed',
    start_rate: 10,
    stages: [{ rate: 1200, seconds: 600 }],
    thresholds: DEMO,
    ends_when_broken: true,
  },
} as const satisfies Readonly<Record<string, Scenario>>

export type ScenarioName = keyof typeof SCENARIOS

/** The same with all its times multiplied, for a quick look. */
export function scaled(scenario: Scenario, factor: number): Scenario {
  return {
    ...scenario,
    stages: scenario.stages.map(({ rate, seconds }) => ({ rate, seconds: seconds * factor })),
  }
}

export function secondsOf({ stages }: Scenario): number {
  return stages.reduce((sum, { seconds }) => sum + seconds, 0)
}

export interface Visit {
  method: 'GET' | 'POST'
  path: string
  /** JSON. */
  body?: string
}

const LINES = JSON.stringify({ customer: 42, lines: [{ sku: 1007, count: 2 }] })

/** What visitors of the demo's shop do, each as often as it stands here. */
export const VISITS: readonly Visit[] = [
  { method: 'GET', path: '/products/7' },
  { method: 'GET', path: '/products/18' },
  { method: 'GET', path: '/products/29' },
  { method: 'GET', path: '/products/40' },
  { method: 'GET', path: '/' },
  { method: 'GET', path: '/recommendations/42' },
  { method: 'GET', path: '/cart/42' },
  { method: 'POST', path: '/cart/42/items', body: LINES },
  { method: 'GET', path: '/products/9001' },
  { method: 'POST', path: '/checkout', body: LINES },
]
