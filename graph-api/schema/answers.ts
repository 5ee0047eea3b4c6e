import { z } from 'zod'
import { SECURITY, SOURCE_EVIDENCE } from '../../model/call.ts'
import { COLUMNS, type Column } from '../../model/column.ts'
import { ERROR_CODES } from '../../model/error.ts'
import type {
  Call,
  CallsAnswer,
  CallsOverTimeAnswer,
  EdgeAnswer,
  ErrorAnswer,
  PositionsAnswer,
  Series,
  ServiceAnswer,
  ServicesAnswer,
  StatusAnswer,
  TopAnswer,
  TraceAnswer,
} from '../contract.ts'
import { count, graphEdge, graphNode, graphWindow, micros, signals, time } from './graph.ts'
import { TOP_KEYS } from './parameters.ts'

/** Forms of the API's answers; `satisfies` holds them to contract.ts. */

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`))

/** Every column of the record, the start as a time, and the id. */
export const call = z.strictObject({
  id: z.string().describe('`<span_id>.<reporter>`'),
  ...Object.fromEntries(COLUMNS.map((column) => [column.name, columnForm(column)])),
  ts: time,
}) as unknown as z.ZodType<Call>

function columnForm({ name, kind, max, values }: Column): z.ZodType {
  switch (kind) {
    case 'micros':
    case 'uint':
      return count
    case 'hex':
      return name === 'parent_span_id' ? z.union([z.literal(''), hex(max)]) : hex(max)
    case 'enum':
      return z.enum(values!)
    case 'list':
      return z.array(z.string()).readonly()
    case 'map':
      return z.record(z.string(), z.string()).readonly()
    default:
      return z.string()
  }
}

const quantiles = { p50_us: micros, p95_us: micros, p99_us: micros }
const point = z.strictObject({
  ts: time,
  calls: count,
  errors: count,
  client_errors: count,
  server_errors: count,
  timeouts: count,
  resets: count,
  denied: count,
  unfinished: count,
  in_flight: z.number().min(0),
  ...quantiles,
})

export const series = z.strictObject({
  step_s: count,
  points: z.array(point),
  heat: z.strictObject({ bounds_us: z.array(micros), counts: z.array(z.array(count)) }),
}) satisfies z.ZodType<Series>

export const route = z.strictObject({
  protocol: z.string(),
  method: z.string(),
  route: z.string(),
  calls: count,
  errors: count,
  rate: z.number().min(0),
  error_rate: z.number().min(0).max(1),
  ...quantiles,
})

export const status = z.strictObject({
  status: z.string(),
  outcome: z.string(),
  response_flags: z.string(),
  calls: count,
})

export const servicesAnswer = z.strictObject({
  window: graphWindow,
  services: z.array(graphNode),
}) satisfies z.ZodType<ServicesAnswer>

export const serviceAnswer = z.strictObject({
  window: graphWindow,
  service: graphNode,
  callers: z.array(graphEdge),
  dependencies: z.array(graphEdge),
  series,
  routes: z.array(route),
  statuses: z.array(status),
  instances: z.array(
    z.strictObject({
      instance: z.string(),
      zone: z.string(),
      version: z.string(),
      calls: count,
      errors: count,
      p95_us: micros,
      last_seen: time,
    }),
  ),
  versions: z.array(z.strictObject({ version: z.string(), ...signals, first_seen: time, last_seen: time })),
  changes: z.strictObject({
    since: time.nullable(),
    rows: z.array(
      z.strictObject({
        what: z.enum(['caller', 'dependency', 'version']),
        kind: z.enum(['new', 'gone']),
        name: z.string(),
        at: time,
      }),
    ),
  }),
  taps: z.array(z.strictObject({ tap: z.string(), last_seen: time })),
}) satisfies z.ZodType<ServiceAnswer>

export const edgeAnswer = z.strictObject({
  window: graphWindow,
  edges: z.array(graphEdge),
  sides: z.array(
    z.strictObject({
      reporter: z.string(),
      calls: count,
      errors: count,
      ...quantiles,
      p50_series_us: z.array(micros),
    }),
  ),
  network_p50_us: micros,
  series,
  routes: z.array(route),
  statuses: z.array(status),
  identities: z.array(
    z.strictObject({
      source_evidence: z.enum(SOURCE_EVIDENCE),
      security: z.enum(SECURITY),
      source_identity: z.string(),
      source_zone: z.string(),
      destination_zone: z.string(),
      calls: count,
    }),
  ),
  exemplars: z.array(z.strictObject({ kind: z.enum(['slowest', 'failed', 'median']), call })),
}) satisfies z.ZodType<EdgeAnswer>

export const callsAnswer = z.strictObject({
  window: graphWindow,
  calls: z.array(call),
  next_cursor: z.string().nullable(),
}) satisfies z.ZodType<CallsAnswer>

export const callsOverTimeAnswer = z.strictObject({
  window: graphWindow,
  step_s: count,
  bars: z.array(z.strictObject({ ts: time, calls: count, errors: count, client_errors: count })),
}) satisfies z.ZodType<CallsOverTimeAnswer>

export const topAnswer = z.strictObject({
  window: graphWindow,
  by: z.enum(TOP_KEYS),
  rows: z.array(
    z.strictObject({
      source: z.string(),
      destination: z.string(),
      method: z.string(),
      route: z.string(),
      status: z.string(),
      response_flags: z.string(),
      calls: count,
      errors: count,
      rate: z.number().min(0),
      error_rate: z.number().min(0).max(1),
      ...quantiles,
    }),
  ),
}) satisfies z.ZodType<TopAnswer>

const span = z.strictObject({
  span_id: z.string(),
  parent_span_id: z.string(),
  depth: count,
  source: z.string(),
  destination: z.string(),
  protocol: z.string(),
  method: z.string(),
  route: z.string(),
  path: z.string(),
  status: z.string(),
  outcome: z.string(),
  response_flags: z.string(),
  start_us: count,
  duration_us: count,
  client: call.nullable(),
  server: call.nullable(),
  told: call.nullable(),
  network_us: z.number().int().nullable(),
  self_us: count,
  critical: z.boolean(),
})

export const traceAnswer = z.strictObject({
  trace_id: hex(32),
  start: time,
  duration_us: count,
  services: z.array(z.string()),
  spans: z.array(span),
  gaps: z.array(z.strictObject({ parent_span_id: z.string(), child_span_id: z.string() })),
  skew_us: count,
}) satisfies z.ZodType<TraceAnswer>

const tapStatus = z.strictObject({
  tap: z.string(),
  service: z.string(),
  version: z.string(),
  boot: z.string(),
  first_seen: time,
  last_seen: time,
  rows: count,
  dropped: z.record(z.string(), count),
  gaps: count,
  clock_skew_ms: z.number(),
})

export const statusAnswer = z.strictObject({
  version: z.string(),
  started: time,
  store: z.strictObject({
    kind: z.enum(['embedded', 'server']),
    ok: z.boolean(),
    error: z.string().nullable(),
    rows: count,
    bytes: count,
    oldest: time.nullable(),
    newest: time.nullable(),
    engine: z.string(),
    tables: z.array(
      z.strictObject({ table: z.string(), rows: count, bytes: count, kept_days: count.nullable() }),
    ),
  }),
  ingest: z.strictObject({
    accepted_rows: count,
    otlp_rows: count,
    duplicate_batches: count,
    quarantined_rows: count,
    pending_segments: count,
    pending_rows: count,
    last_insert: time.nullable(),
    last_error: z.string().nullable(),
  }),
  taps: z.array(tapStatus),
}) satisfies z.ZodType<StatusAnswer>

export const positionsAnswer = z.record(
  z.string(),
  z.strictObject({ x: z.number(), y: z.number() }),
) satisfies z.ZodType<PositionsAnswer>

export const errorAnswer = z.strictObject({
  error: z.strictObject({
    code: z.enum(Object.keys(ERROR_CODES) as [string, ...string[]]),
    message: z.string(),
    hint: z.string(),
  }),
}) satisfies z.ZodType<ErrorAnswer>
