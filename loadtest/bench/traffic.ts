import type { Store } from '../../collector/store/store.ts'
import { DATABASE } from '../../collector/store/tables.ts'
import { type CallRecord, REPORTERS } from '../../model/call.ts'
import { COLUMNS } from '../../model/column.ts'

/**
 * Generated calls, made by the store itself from row numbers, so that millions of them take
 * seconds to minutes. The same seed and window give the same calls. Each call is seen from both
 * sides (two rows), eight calls make a trace; latencies are log-normal with a slow tail, edges are
 * called by Zipf's law, and about one call in a hundred fails.
 */
export interface Traffic {
  /** Rows, both reporters counted. */
  rows: number
  /** Newest call, microseconds since 1970-01-01 UTC. */
  until_us: number
  /** Length of the window that ends there. */
  days: number
  services: number
  edges: number
  seed: number
}

const CALLS_PER_TRACE = 8
const TEMPLATES = 256
const ROWS_PER_STATEMENT = 500_000

/** Small generator of numbers 0..1 (mulberry32, public domain). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

interface Shape {
  /** source and destination of each edge, as numbers of services. */
  edges: [number, number][]
  /** Flat, template by template: edge of each call, and place of its parent in the trace (-1 for the root). */
  edgeAt: number[]
  parentAt: number[]
}

function shapeOf(traffic: Traffic): Shape {
  const random = randomFrom(traffic.seed)
  const pick = (count: number): number => Math.floor(random() * count)
  const seen = new Set<string>()
  const edges: [number, number][] = []
  // Every service but the first is called by an earlier one; the remaining edges are anyone's, downwards.
  for (let to = 1; to < traffic.services; to++) edges.push([Math.floor(pick(to) * random()), to])
  for (const [from, to] of edges) seen.add(`${from}-${to}`)
  for (let tries = 0; edges.length < traffic.edges && tries < traffic.edges * 50; tries++) {
    const from = pick(traffic.services - 1)
    const to = from + 1 + pick(traffic.services - from - 1)
    if (seen.has(`${from}-${to}`)) continue
    seen.add(`${from}-${to}`)
    edges.push([from, to])
  }
  const edgeAt: number[] = []
  const parentAt: number[] = []
  const out = edges.map((_, index) =>
    edges.flatMap(([from], next) => (from === edges[index]![1] ? [next] : [])),
  )
  for (let template = 0; template < TEMPLATES; template++) {
    const trace = [template % edges.length]
    const parents = [-1]
    for (let place = 1; place < CALLS_PER_TRACE; place++) {
      const able = trace.flatMap((edge, parent) => (out[edge]!.length > 0 ? [parent] : []))
      const parent = able.length > 0 ? able[pick(able.length)]! : -1
      const choices = parent === -1 ? edges.map((_, index) => index) : out[trace[parent]!]!
      trace.push(choices[pick(choices.length)]!)
      parents.push(parent)
    }
    edgeAt.push(...trace)
    parentAt.push(...parents)
  }
  return { edges, edgeAt, parentAt }
}

/** Name of a generated service. */
export function serviceName(index: number): string {
  return index === 0 ? 'web' : `service-${String(index).padStart(3, '0')}`
}

/** `SELECT` of the calls first .. first + count - 1 with the columns of model/column.ts in their order. */
export function trafficQuery(traffic: Traffic, first: number, count: number): string {
  const { edges, edgeAt, parentAt } = shapeOf(traffic)
  const { seed } = traffic
  const traces = Math.max(1, Math.ceil(traffic.rows / 2 / CALLS_PER_TRACE))
  const window_us = Math.round(traffic.days * 86_400_000_000)
  const start_us = traffic.until_us - window_us
  const unit = (salt: number, of: string): string =>
    `((cityHash64(${of}, ${seed}, ${salt}) % 1000003 + 1) / 1000004)`
  const hexOf = (of: string, digits: number): string => `leftPad(lower(hex(${of})), ${digits}, '0')`
  const name = (service: string): string =>
    `if(${service} = 0, 'web', concat('service-', leftPad(toString(${service}), 3, '0')))`
  const expressions: Record<keyof CallRecord, string> = {
    ts: `fromUnixTimestamp64Micro(toInt64(trace_us + place * 400 + if(reporter = 'server', 150, 0)), 'UTC')`,
    duration_us: `toUInt64(if(reporter = 'client', 300, 0) + work_us)`,
    ttfb_us: `toUInt64(if(outcome = 'timeout', 0, duration_us * 0.8))`,
    trace_id: hexOf(`sipHash128(trace, ${seed})`, 32),
    span_id: hexOf(`cityHash64(trace, place, ${seed})`, 16),
    parent_span_id: `if(parent < 0, '', ${hexOf(`cityHash64(trace, toUInt64(greatest(parent, 0)), ${seed})`, 16)})`,
    reporter: `if(number % 2 = 0, '${REPORTERS[0]}', '${REPORTERS[1]}')`,
    source: name('from_service'),
    source_instance: `concat('10.0.', toString(from_service), '.', toString(trace % 3), ':', toString(40000 + trace % 50))`,
    source_zone: `if(from_service % 2 = 0, 'eu-west', 'us-east')`,
    source_identity: `''`,
    source_evidence: `if(reporter = 'client', 'config', 'trace')`,
    destination: name('to_service'),
    destination_instance: `concat('10.0.', toString(to_service), '.', toString(trace % 3), ':8080')`,
    destination_zone: `if(to_service % 2 = 0, 'eu-west', 'us-east')`,
    destination_version: `'1.4.2'`,
    protocol: `'http'`,
    method: `if(route_number % 4 = 0, 'POST', 'GET')`,
    route: `concat('/api/v1/resource-', toString(route_number), '/{id}')`,
    path: `concat('/api/v1/resource-', toString(route_number), '/', toString(cityHash64(trace, ${seed}) % 50000))`,
    status: `multiIf(luck < 0.006, '503', luck < 0.01, '', luck < 0.03, '404', '200')`,
    outcome: `multiIf(luck < 0.006, 'server_error', luck < 0.01, 'timeout', luck < 0.03, 'client_error', 'ok')`,
    response_flags: `if(outcome = 'timeout', 'UT', '')`,
    request_bytes: `toUInt64(300 + cityHash64(call, 5) % 200)`,
    response_bytes: `toUInt64(200 + cityHash64(call, 6) % 4000)`,
    attempt: `toUInt8(1)`,
    security: `'plaintext'`,
    verdicts: `CAST([] AS Array(String))`,
    config_version: `''`,
    tap: `concat(if(reporter = 'client', source, destination), '@host-', toString(trace % 3))`,
    tap_us: `toUInt32(20 + cityHash64(number) % 30)`,
    attributes: `CAST(map() AS Map(String, String))`,
  }
  const normal = `sqrt(-2 * log(${unit(1, 'call')})) * cos(2 * pi() * ${unit(2, 'call')})`
  return [
    `WITH [${edges.map(([from]) => from)}] AS sources, [${edges.map(([, to]) => to)}] AS destinations,`,
    `[${edgeAt}] AS edge_at, [${parentAt}] AS parent_at,`,
    'intDiv(number, 2) AS call,',
    `intDiv(call, ${CALLS_PER_TRACE}) AS trace, call % ${CALLS_PER_TRACE} AS place,`,
    `toUInt32(floor(${TEMPLATES} * pow(${unit(3, 'trace')}, 2))) * ${CALLS_PER_TRACE} + place + 1 AS slot,`,
    'edge_at[slot] + 1 AS edge, parent_at[slot] AS parent,',
    'sources[edge] AS from_service, destinations[edge] AS to_service,',
    `${start_us} + toUInt64(trace * ${window_us} / ${traces}) AS trace_us,`,
    `${unit(4, 'call')} AS luck, cityHash64(trace, to_service) % 6 AS route_number,`,
    `exp(log(2000 + to_service * 150) + 0.6 * ${normal}) * if(luck > 0.99, 12, 1) AS work_us`,
    `SELECT ${COLUMNS.map((column) => `${expressions[column.name]} AS ${column.name}`).join(',\n  ')}`,
    `FROM numbers(${first}, ${count})`,
  ].join('\n')
}

/** Puts the traffic into `calls`, and by its views into every rollup. `progress` is told the rows done. */
export async function fillStore(
  store: Store,
  traffic: Traffic,
  progress: (rows: number) => void = () => {},
): Promise<void> {
  for (let first = 0; first < traffic.rows; first += ROWS_PER_STATEMENT) {
    const count = Math.min(ROWS_PER_STATEMENT, traffic.rows - first)
    await store.command(
      `INSERT INTO ${DATABASE}.calls SETTINGS max_partitions_per_insert_block = 0, max_insert_threads = 1 ${trafficQuery(traffic, first, count)}`,
    )
    progress(first + count)
  }
}

/** The same calls as records, for programs that send them: `count` rows from row `first` on. */
export async function trafficRecords(
  store: Store,
  traffic: Traffic,
  first: number,
  count: number,
): Promise<CallRecord[]> {
  const query = trafficQuery(traffic, first, count)
  return store.read<CallRecord>(`SELECT * REPLACE (toUnixTimestamp64Micro(ts) AS ts) FROM (${query})`)
}
