import { type Network, networkOf } from './network.ts'

/** Statements that fill the store with millions of calls, made inside the store from a counter. */
export interface FillPlan {
  rows: number
  /** Moment of the first and after the last call, seconds since 1970. */
  from_s: number
  to_s: number
  seed: number
}

export const FILL_NETWORK = { seed: 11, services: 40, edges: 200 }
/** One statement is one block, so that memory stays small. */
export const SLICE_ROWS = 500_000

/** Columns that are not named keep their empty default. */
const NAMES = [
  'ts',
  'duration_us',
  'ttfb_us',
  'trace_id',
  'span_id',
  'parent_span_id',
  'reporter',
  'source',
  'source_instance',
  'source_zone',
  'source_evidence',
  'destination',
  'destination_instance',
  'destination_zone',
  'destination_version',
  'protocol',
  'method',
  'route',
  'path',
  'status',
  'outcome',
  'request_bytes',
  'response_bytes',
  'attempt',
  'security',
  'tap',
  'tap_us',
]

/** One insert for each slice of rows, in order of time, each under its own token. */
export function fillStatements(table: string, plan: FillPlan): string[] {
  const network = networkOf(FILL_NETWORK)
  const statements: string[] = []
  for (let first = 0; first < plan.rows; first += SLICE_ROWS) {
    const rows = Math.min(SLICE_ROWS, plan.rows - first)
    statements.push(
      `INSERT INTO ${table} (${NAMES.join(', ')}) SETTINGS insert_deduplication_token = 'fill-${plan.seed}-${first}', ` +
        'max_partitions_per_insert_block = 0, max_insert_threads = 1, max_threads = 2 ' +
        `${selection(network, plan)} FROM (${inner(network, plan.seed, first, rows)})`,
    )
  }
  return statements
}

/** Numbers in [0, 1) from the row's number; `place` makes them independent of each other. */
function uniform(seed: number, place: number): string {
  return `(cityHash64(number, ${seed}, ${place}) / 18446744073709551616.)`
}

function inner(network: Network, seed: number, first: number, rows: number): string {
  const bell = [2, 3, 4, 5].map((place) => uniform(seed, place)).join(' + ')
  return (
    `SELECT number, toUInt32(floor(pow(${uniform(seed, 1)}, 3) * ${network.edges.length})) + 1 AS edge, ` +
    `toUInt64(exp(7.5 + (edge % 5) * 0.3 + 0.5 * 1.732 * (${bell} - 2))) AS took_us, ` +
    `${uniform(seed, 6)} AS chance, toUInt32(floor(${uniform(seed, 7)} * 6)) AS kind ` +
    `FROM numbers(${first}, ${rows})`
  )
}

function selection(network: Network, { seed, rows, from_s, to_s }: FillPlan): string {
  const list = (words: string[]) => `[${words.map((word) => `'${word}'`).join(', ')}]`
  const sources = list(network.edges.map(({ source }) => source))
  const destinations = list(network.edges.map(({ destination }) => destination))
  const step_us = ((to_s - from_s) * 1e6) / rows
  const hex = (place: number) => `leftPad(lower(hex(cityHash64(number, ${seed}, ${place}))), 16, '0')`
  return `SELECT fromUnixTimestamp64Micro(toInt64(${from_s}000000 + number * ${step_us}), 'UTC'), took_us, toUInt64(took_us * 0.9),
 concat(${hex(8)}, ${hex(9)}), ${hex(10)}, if(kind = 0, '', ${hex(11)}), if(number % 2 = 0, 'server', 'client'),
 ${sources}[edge], concat('10.0.', toString(edge % 40), '.', toString(kind % 3), ':8080'), if(edge % 2 = 0, 'eu-west', 'us-east'), 'trace',
 ${destinations}[edge], concat('10.1.', toString(edge % 40), '.', toString(kind % 3), ':8080'), 'eu-west', '1.0.0',
 'http', if(kind < 4, 'GET', 'POST'), concat('/resource-', toString(kind), '/{id}'), concat('/resource-', toString(kind), '/', toString(number % 100000)),
 multiIf(chance < 0.01, '503', chance < 0.04, '404', '200'), multiIf(chance < 0.01, 'server_error', chance < 0.04, 'client_error', 'ok'),
 toUInt64(300 + kind), toUInt64(200 + edge * 7), 1, 'plaintext', concat('tap-', toString(edge % 40)), toUInt32(20 + kind)`
}
