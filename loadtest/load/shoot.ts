import autocannon from 'autocannon'
import type { Outcome } from './judge.ts'
import { VISITS } from './scenario.ts'
import type { Step } from './step.ts'

/** Visits under way at a time; a mesh that is slower than that is told by its latencies. */
const CONNECTIONS_MAX = 100
const TIMEOUT_S = 10

/** The list of visits, begun at another place by each connection, so that few visits are of every kind. */
function visitsFrom(first: number): autocannon.Request[] {
  return VISITS.map((_, index) => {
    const { method, path, body } = VISITS[(first + index) % VISITS.length]!
    return {
      method,
      path,
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
    }
  })
}

/**
 * One step with autocannon. Its latencies are corrected for visits that could not begin in time
 * (coordinated omission), as those of k6's arrival-rate executors are by their making.
 */
export async function shoot(target: string, { rate, seconds }: Step): Promise<Outcome> {
  let clients = 0
  const result = await autocannon({
    url: target,
    connections: Math.min(CONNECTIONS_MAX, rate),
    overallRate: rate,
    duration: seconds,
    timeout: TIMEOUT_S,
    setupClient: (client) => client.setRequests(visitsFrom(clients++)),
  })
  return {
    // A visit that ran out of time is counted among the errors too.
    visits: result.requests.total + result.errors,
    failed: result['5xx'] + result.errors,
    p90_ms: result.latency.p90,
    p99_ms: result.latency.p99,
  }
}
