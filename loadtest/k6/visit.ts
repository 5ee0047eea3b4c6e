import http from 'k6/http'
import type { Options, Threshold } from 'k6/options'
import { SCENARIOS, type ScenarioName, scaled, VISITS } from '../load/scenario.ts'

/**
 * A scenario of the shared table for k6: visits arrive at their rate whatever the mesh does.
 * TARGET is the address of the shop's door, SCALE multiplies all times (default 1).
 */

const { TARGET = 'http://127.0.0.1:8080', SCALE = '1' } = __ENV
const VISITORS_MAX = 400
/** A share of the first few visits means nothing yet. */
const JUDGED_AFTER = '10s'

// A 4xx is an answer: the shop's visitors ask for products that do not exist.
http.setResponseCallback(http.expectedStatuses({ min: 100, max: 499 }))

/** What a k6 script exports as its `options`. */
export function optionsOf(name: ScenarioName): Options {
  const scenario = scaled(SCENARIOS[name], Number(SCALE))
  const { failed_share, p90_ms, p99_ms } = scenario.thresholds
  const threshold = (text: string): Threshold => ({
    threshold: text,
    abortOnFail: scenario.ends_when_broken,
    delayAbortEval: JUDGED_AFTER,
  })
  return {
    discardResponseBodies: true,
    summaryTrendStats: ['med', 'p(90)', 'p(99)', 'max'],
    scenarios: {
      [name]: {
        executor: 'ramping-arrival-rate',
        startRate: scenario.start_rate,
        timeUnit: '1s',
        preAllocatedVUs: 50,
        maxVUs: VISITORS_MAX,
        stages: scenario.stages.map(({ rate, seconds }) => ({ target: rate, duration: `${seconds}s` })),
      },
    },
    thresholds: {
      http_req_failed: [threshold(`rate<=${failed_share}`)],
      http_req_duration: [threshold(`p(90)<=${p90_ms}`), threshold(`p(99)<=${p99_ms}`)],
    },
  }
}

let turn = 0

/** One visit; the visitors go round the list, each beginning elsewhere. */
export function visit(): void {
  const { method, path, body } = VISITS[(__VU + turn++) % VISITS.length]!
  http.request(method, `${TARGET}${path}`, body ?? null, {
    // Without a name k6 would count each path as a metric of its own.
    tags: { name: `${method} ${path.replace(/\d+/, '{id}')}` },
    headers: { 'content-type': 'application/json' },
    timeout: '10s',
  })
}
