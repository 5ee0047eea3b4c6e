import type { GoldenSignals, Graph, GraphEdge, GraphNode, Health } from '../../graph-api/contract.ts'

/** Generated graphs that obey graph-api/contract.ts: a stand-in for the store, for tests of the UI. */

export type Random = () => number

/** mulberry32: the same numbers for the same seed. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }
}

export interface Shape {
  services: { id: string; kind: GraphNode['kind']; tapped: boolean; zones: string[]; versions: string[] }[]
  links: {
    source: string
    destination: string
    rate: number
    errors: number
    p50_us: number
    verdicts?: GraphEdge['verdicts']
  }[]
}

const service = (id: string, zone = 'eu-1', version = '1.4.0'): Shape['services'][number] => ({
  id,
  kind: 'service',
  tapped: true,
  zones: [zone],
  versions: [version],
})

/** A shop of twelve services with a slow dependency, a failing one, and a caller without a tap. */
export function shop(): Shape {
  const link = (source: string, destination: string, rate: number, p50_us: number, errors = 0) => ({
    source,
    destination,
    rate,
    errors,
    p50_us,
  })
  return {
    services: [
      { id: 'load', kind: 'caller', tapped: false, zones: [], versions: [] },
      { id: 'nightly-report', kind: 'caller', tapped: false, zones: [], versions: [] },
      service('web-api'),
      service('recommendation', 'eu-1', '2.1.3'),
      service('purchase-history', 'eu-2'),
      service('catalog'),
      service('cart'),
      service('payment', 'eu-2', '3.0.0'),
      service('inventory', 'eu-2'),
      service('pricing'),
      service('notification'),
      { id: 'shipping.example', kind: 'external', tapped: false, zones: [], versions: [] },
    ],
    links: [
      link('load', 'web-api', 42, 31_000, 0.004),
      link('web-api', 'recommendation', 18.4, 14_000),
      link('web-api', 'catalog', 24.1, 4200),
      link('web-api', 'cart', 9.3, 11_000, 0.002),
      link('recommendation', 'purchase-history', 17.9, 7400),
      link('recommendation', 'catalog', 11.2, 3900),
      link('cart', 'payment', 3.1, 48_000, 0.034),
      link('cart', 'inventory', 6.2, 5100),
      link('catalog', 'pricing', 30.2, 900),
      link('payment', 'shipping.example', 2.9, 210_000, 0.121),
      link('payment', 'notification', 2.8, 6100),
      link('nightly-report', 'purchase-history', 0.4, 88_000),
      link('inventory', 'pricing', 1.2, 1100),
    ],
  }
}

const WORDS = 'order user cart stock price quote ledger search image review basket coupon ticket route'.split(
  ' ',
)
const PARTS = 'api worker store cache index sync gateway feed'.split(' ')

/** Puts a tapped service into the shape, called by one that is there. */
export function addService(shape: Shape, id: string, caller: string): void {
  shape.services.push({ id, kind: 'service', tapped: true, zones: [], versions: [] })
  shape.links.push({ source: caller, destination: id, rate: 3, errors: 0, p50_us: 900 })
}

/** A layered graph of `count` services with about `4 * count` edges, fan-in by popularity, 2 % backward. */
export function manyServices(count: number, seed = 7): Shape {
  const random = seeded(seed)
  const tier_of = Array.from({ length: count }, (_, at) =>
    at < count * 0.04 ? 0 : 1 + Math.floor(random() ** 0.8 * 5),
  )
  const names = Array.from(
    { length: count },
    (_, at) =>
      `${WORDS[at % WORDS.length]}-${PARTS[Math.floor(at / WORDS.length) % PARTS.length]}${at >= 112 ? `-${at}` : ''}`,
  )
  const links = new Map<string, Shape['links'][number]>()
  for (let turn = 0; turn < count * 60 && links.size < count * 4; turn++) {
    const from = Math.floor(random() * count)
    const to = Math.floor(random() ** 2 * count)
    const backward = random() < 0.02
    if (from === to || (backward ? tier_of[from]! <= tier_of[to]! : tier_of[from]! >= tier_of[to]!)) continue
    const dice = random()
    links.set(`${from}>${to}`, {
      source: names[from]!,
      destination: names[to]!,
      rate: 10 ** (random() * 3.2 - 1),
      errors: dice < 0.03 ? 0.02 + random() * 0.2 : dice < 0.08 ? 0.006 + random() * 0.01 : 0,
      p50_us: 10 ** (2.8 + random() * 2),
    })
  }
  return {
    services: names.map((id) => service(id, random() < 0.5 ? 'eu-1' : 'eu-2')),
    links: [...links.values()],
  }
}

function healthOf(calls: number, error_rate: number): Health {
  if (calls === 0) return 'idle'
  if (calls < 20) return 'unknown'
  return error_rate >= 0.05 ? 'bad' : error_rate >= 0.005 ? 'warn' : 'ok'
}

function signals(rate: number, error_rate: number, p50_us: number, seconds: number): GoldenSignals {
  const calls = Math.round(rate * seconds)
  const errors = Math.round(calls * error_rate)
  return {
    calls,
    errors,
    client_errors: Math.round(calls * 0.01),
    rate: calls / seconds,
    error_rate: calls > 0 ? errors / calls : 0,
    p50_us: Math.round(p50_us),
    p95_us: Math.round(p50_us * 2.6),
    p99_us: Math.round(p50_us * 5.1),
  }
}

function edgeOf(
  link: Shape['links'][number],
  seconds: number,
  wobble: number,
  tapped: Set<string>,
): GraphEdge {
  const golden = signals(link.rate * wobble, link.errors, link.p50_us * (1.9 - 0.9 * wobble), seconds)
  const both = tapped.has(link.source) && tapped.has(link.destination)
  return {
    ...golden,
    ...(link.verdicts ? { verdicts: link.verdicts } : {}),
    source: link.source,
    destination: link.destination,
    protocol: 'http',
    reporter: tapped.has(link.destination) ? 'server' : 'client',
    source_evidence: tapped.has(link.source) ? 'trace' : 'address',
    request_bytes: golden.calls * 420,
    response_bytes: golden.calls * 2900,
    ttfb_p50_us: Math.round(golden.p50_us * 0.9),
    other_side_calls: both ? golden.calls : 0,
    traced: 0.97,
    health: healthOf(golden.calls, golden.error_rate),
  }
}

/** The graph of a shape over a window; `step` moves the numbers a little, never the names. */
export function graphOf(shape: Shape, from: Date, to: Date, step = 0): Graph {
  const seconds = Math.max(1, (to.getTime() - from.getTime()) / 1000)
  const random = seeded(step + 1)
  const tapped = new Set(shape.services.filter((it) => it.tapped).map((it) => it.id))
  const edges = shape.links.map((link) => edgeOf(link, seconds, 0.92 + random() * 0.16, tapped))
  const nodes = shape.services.map((it): GraphNode => {
    const into = edges.filter((edge) => edge.destination === it.id)
    const calls = into.reduce((sum, edge) => sum + edge.calls, 0)
    const errors = into.reduce((sum, edge) => sum + edge.errors, 0)
    const p50_us = into.reduce((sum, edge) => sum + edge.p50_us * edge.calls, 0) / Math.max(calls, 1)
    const golden = {
      ...signals(calls / seconds, errors / Math.max(calls, 1), p50_us, seconds),
      calls,
      errors,
    }
    return { ...it, ...golden, health: healthOf(calls, golden.error_rate) }
  })
  return {
    window: { from: from.toISOString(), to: to.toISOString(), seconds, covered_seconds: seconds },
    nodes,
    edges,
    coverage: {
      calls: edges.reduce((sum, edge) => sum + edge.calls, 0),
      taps: tapped.size,
      lost: 0,
      quarantined: 0,
      named_callers: 0.96,
      both_sides: 0.81,
      freshness_s: 1.4,
    },
  }
}
