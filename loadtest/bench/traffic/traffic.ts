import { type CallRecord, EMPTY_RECORD } from '../../../model/call.ts'
import { httpOutcome } from '../../../model/outcome.ts'
import { type Network, networkOf } from './network.ts'
import { normal, seeded } from './random.ts'

/**
 * Traffic like the demo's, made from a seed: traces of several calls over a network of services, each
 * call seen by the tap of its caller and by the tap of the service it calls. Ids are random, as taps
 * mint them; latencies are log-normal with a slow tail; one call in a hundred fails.
 */
export interface TrafficPlan {
  seed: number
  services: number
  edges: number
  /** Calls of a trace. */
  calls_per_trace: number
  /** Rows of each call: from both taps, or from the called side only. */
  sides: 'both' | 'server'
}

export const DEMO_TRAFFIC: TrafficPlan = {
  seed: 11,
  services: 40,
  edges: 200,
  calls_per_trace: 8,
  sides: 'both',
}

const ZONES = ['eu-west', 'us-east']
const INSTANCES = 3
const ROUTES = 6
const RESOURCES = ['products', 'orders', 'carts', 'users', 'payments', 'shipments', 'reviews', 'quotes']
const METHODS = ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE']
const MEAN_LOG_US = 7.5
const SLOW_SHARE = 0.01
const FAILED_SHARE = 0.01
const REFUSED_SHARE = 0.03

interface Hop {
  source: number
  destination: number
}

/** An endless stream of call records; the same plan gives the same stream. */
export class Traffic {
  readonly network: Network
  readonly #plan: TrafficPlan
  readonly #random: () => number
  readonly #hops: Hop[]

  constructor(plan: TrafficPlan) {
    this.#plan = plan
    this.#random = seeded(plan.seed)
    this.network = networkOf(plan)
    const place = new Map(this.network.nodes.map(({ id }, index) => [id, index]))
    this.#hops = this.network.edges.map((edge) => ({
      source: place.get(edge.source)!,
      destination: place.get(edge.destination)!,
    }))
  }

  /** Rows of one trace that starts at `ts` (microseconds since 1970). */
  trace(ts: number): CallRecord[] {
    const rows: CallRecord[] = []
    const trace_id = this.#hex(32)
    let parent_span_id = ''
    for (let call = 0; call < this.#plan.calls_per_trace; call++) {
      const server = this.#call(ts + call * 400, trace_id, parent_span_id)
      if (this.#plan.sides === 'both') rows.push(this.#asClient(server))
      rows.push(server)
      parent_span_id = server.span_id
    }
    return rows
  }

  #call(ts: number, trace_id: string, parent_span_id: string): CallRecord {
    // The power prefers the first edges: a few carry most of the traffic.
    const hop = this.#hops[Math.floor(this.#random() ** 3 * this.#hops.length)]!
    const kind = this.#below(ROUTES)
    const resource = RESOURCES[(hop.destination + kind) % RESOURCES.length]!
    const status = this.#status()
    const slow = this.#random() < SLOW_SHARE ? 20 : 1
    const duration_us = Math.round(
      Math.exp(MEAN_LOG_US + (hop.destination % 5) * 0.3 + 0.5 * normal(this.#random)) * slow,
    )
    return {
      ...EMPTY_RECORD,
      ts,
      duration_us,
      ttfb_us: Math.round(duration_us * 0.9),
      trace_id,
      span_id: this.#hex(16),
      parent_span_id,
      source: this.#name(hop.source),
      source_instance: this.#address(hop.source),
      source_zone: ZONES[hop.source % ZONES.length]!,
      source_evidence: 'trace',
      destination: this.#name(hop.destination),
      destination_instance: this.#address(hop.destination),
      destination_zone: ZONES[hop.destination % ZONES.length]!,
      destination_version: `1.${hop.destination % 4}.0`,
      method: METHODS[kind % METHODS.length]!,
      route: kind === 0 ? `/${resource}` : `/${resource}/{id}`,
      path: kind === 0 ? `/${resource}` : `/${resource}/${this.#below(100_000)}`,
      status: String(status),
      outcome: httpOutcome(status),
      request_bytes: 300 + this.#below(200),
      response_bytes: 200 + this.#below(4_000),
      tap: `${this.#name(hop.destination)}@host-${hop.destination % 8}`,
      tap_us: 20 + this.#below(40),
    }
  }

  /** The same call as the tap of its caller saw it: a little earlier and longer. */
  #asClient(server: CallRecord): CallRecord {
    const network_us = 80 + this.#below(200)
    return {
      ...server,
      ts: server.ts - (network_us >> 1),
      duration_us: server.duration_us + network_us,
      ttfb_us: server.ttfb_us + network_us,
      reporter: 'client',
      source_evidence: 'config',
      tap: `${server.source}@host-${server.source.length % 8}`,
      tap_us: 20 + this.#below(40),
    }
  }

  #status(): number {
    const chance = this.#random()
    if (chance < FAILED_SHARE) return 503
    return chance < FAILED_SHARE + REFUSED_SHARE ? 404 : 200
  }

  #name(service: number): string {
    return this.network.nodes[service]!.id
  }

  #address(service: number): string {
    return `10.0.${service}.${1 + this.#below(INSTANCES)}:8080`
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count)
  }

  #hex(digits: number): string {
    let text = ''
    while (text.length < digits)
      text += Math.floor(this.#random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0')
    return text.slice(0, digits)
  }
}
