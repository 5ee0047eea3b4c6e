/**
 * What the API answers, and the only file the UI may import from graph-api (types only).
 * Times are RFC 3339 in UTC, durations microseconds, rates per second, shares 0..1.
 * A window is asked for by `from` and `to`: RFC 3339, or `now`, `now-15m`, `now-7d`.
 */
import type { BacktestAnswer, BacktestProgress } from '../model/backtest.ts'
import type { CallRecord } from '../model/call.ts'
import type {
  Changes,
  EdgeSide,
  IdentityRow,
  InstanceRow,
  RouteRow,
  Series,
  StatusRow,
  VersionRow,
} from '../model/detail.ts'
import type { CallSignals, Graph, GraphEdge, GraphNode, GraphWindow } from '../model/graph.ts'
import type { Burns, Slo, SloState } from '../model/slo.ts'

export type {
  BacktestAnswer,
  BacktestEndpoint,
  BacktestFeature,
  BacktestProgress,
  BacktestRetries,
  BacktestRow,
} from '../model/backtest.ts'
export type { CallRecord } from '../model/call.ts'
export type {
  Change,
  Changes,
  EdgeSide,
  Heat,
  IdentityRow,
  InstanceRow,
  RouteRow,
  Series,
  SeriesPoint,
  StatusRow,
  VersionRow,
} from '../model/detail.ts'
export type {
  GoldenSignals,
  Graph,
  GraphEdge,
  GraphNode,
  GraphWindow,
  Health,
} from '../model/graph.ts'
export type { GraphSeriesAnswer, PathsAnswer, ServicePath } from '../model/graph-over-time.ts'
export type { RecommendationAnswer, RecommendedRule } from '../model/recommendation.ts'

/** GET /api/v1/graph?from=&to= */
export type GraphAnswer = Graph

/** GET /api/v1/services */
export interface ServicesAnswer {
  window: GraphWindow
  services: GraphNode[]
}

/** GET /api/v1/services/<s> */
export interface ServiceAnswer {
  window: GraphWindow
  service: GraphNode
  callers: GraphEdge[]
  dependencies: GraphEdge[]
  series: Series
  routes: RouteRow[]
  statuses: StatusRow[]
  instances: InstanceRow[]
  versions: VersionRow[]
  changes: Changes
  /** Taps in front of it, with when they last reported. */
  taps: { tap: string; last_seen: string }[]
}

/** GET /api/v1/edges/<source>/<destination> */
export interface EdgeAnswer {
  window: GraphWindow
  edges: GraphEdge[]
  /** Caller side and callee side; the difference of their durations is the network's share. */
  sides: EdgeSide[]
  network_p50_us: number
  series: Series
  routes: RouteRow[]
  statuses: StatusRow[]
  identities: IdentityRow[]
  /** Slowest, failed and median calls that have a trace. */
  exemplars: { kind: 'slowest' | 'failed' | 'median'; call: Call }[]
}

/** A stored call; `ts` as RFC 3339 with microseconds, `id` is `<span_id>.<reporter>`. */
export interface Call extends Omit<CallRecord, 'ts'> {
  id: string
  ts: string
}

/**
 * GET /api/v1/calls?from=&to=&source=&destination=&reporter=&route=&method=&status=&outcome=
 *   &min_duration_us=&trace_id=&path=&limit=&cursor=
 * `status` takes `500` or a class `5xx`; `outcome` takes one word or several joined by commas, or
 * `failed`; `path` is a text to be found inside the path. Newest first; `cursor` is opaque.
 */
export interface CallsAnswer {
  window: GraphWindow
  calls: Call[]
  next_cursor: string | null
}

/** One bar of a waterfall: what both reporters said of one call. */
export interface TraceSpan {
  span_id: string
  parent_span_id: string
  depth: number
  source: string
  destination: string
  protocol: string
  method: string
  route: string
  path: string
  status: string
  outcome: string
  response_flags: string
  /** Offset from the start of the trace; the caller's side where it exists. */
  start_us: number
  duration_us: number
  /** As each side saw it; null where that side has no tap. */
  client: Call | null
  server: Call | null
  /** What a program, packets or a log told of it where no tap saw it; null where one did. */
  told: Call | null
  /** Client duration minus server duration, null where one side is missing. */
  network_us: number | null
  /** Duration minus the part covered by children. */
  self_us: number
  /** True where this bar is on the critical path of the trace. */
  critical: boolean
}

/**
 * GET /api/v1/calls-over-time?from=&to= and the filters of /calls: rows that match, by step of time.
 * The first and the last bar may be cut by the window.
 */
export interface CallsOverTimeAnswer {
  window: GraphWindow
  step_s: number
  /** `client_errors` counts what was denied, too. */
  bars: { ts: string; calls: number; errors: number; client_errors: number }[]
}

/** What a row of /top stands for. */
export type TopBy = 'edge' | 'source' | 'destination' | 'route' | 'status'

/** Names that are not part of the key are empty. */
export interface TopRow extends CallSignals {
  source: string
  destination: string
  method: string
  route: string
  /** As the protocol writes it, or the outcome where no answer came. */
  status: string
  response_flags: string
}

/** GET /api/v1/top?by=&service=&limit=&from=&to=, most calls first */
export interface TopAnswer {
  window: GraphWindow
  by: TopBy
  rows: TopRow[]
}

/** GET /api/v1/traces/<id> */
export interface TraceAnswer {
  trace_id: string
  start: string
  duration_us: number
  services: string[]
  /** In order of drawing: depth first, by start. */
  spans: TraceSpan[]
  /** Hops that a parent id names but nobody reported. */
  gaps: { parent_span_id: string; child_span_id: string }[]
  /** Largest clock difference corrected between two sides. */
  skew_us: number
}

/** GET /api/v1/status */
export interface StatusAnswer {
  version: string
  started: string
  store: {
    kind: 'embedded' | 'server'
    ok: boolean
    error: string | null
    rows: number
    bytes: number
    oldest: string | null
    newest: string | null
    engine: string
    tables: StoreTable[]
  }
  ingest: {
    accepted_rows: number
    /** Accepted rows that came as spans by OTLP, from programs, not from taps. */
    otlp_rows: number
    duplicate_batches: number
    quarantined_rows: number
    pending_segments: number
    pending_rows: number
    last_insert: string | null
    last_error: string | null
  }
  taps: TapStatus[]
}

/** One table of the store. */
export interface StoreTable {
  table: string
  rows: number
  bytes: number
  /** Rows older than this are forgotten; null where they are kept for good. */
  kept_days: number | null
}

export interface TapStatus {
  tap: string
  service: string
  version: string
  boot: string
  first_seen: string
  last_seen: string
  rows: number
  /** Rows the tap says it dropped since its boot, by reason. */
  dropped: Record<string, number>
  /** Batches missing between the sequences that arrived. */
  gaps: number
  clock_skew_ms: number
}

/**
 * GET /api/v1/stream?window=15m server-sent events:
 *   `graph`  a whole Graph, first, and every 2 s when something changed
 *   `delta`  with `deltas=1`: a GraphDelta instead of every further graph. Events carry an id; who
 *            comes back with `after=<id>` or Last-Event-ID gets what it missed, or a whole graph where
 *            that is too long ago
 *   `calls`  { calls: Call[], skipped: number } when asked with `calls=1` and the filters of /calls; at most 200 rows a second
 *   `ping`   { now } every 15 s
 */
export interface CallsEvent {
  calls: Call[]
  skipped: number
}

/** One objective with how it stands. */
export interface SloStatus extends Slo, Burns {
  /** Calls of the window the budget is for, as far as they are recorded. */
  calls: number
  /** How many of them were bad. */
  bad: number
  /** Share of the budget that is left: 1 untouched, 0 spent, below 0 overspent. */
  budget_left: number
  state: SloState
}

/** GET /api/v1/slos?at=: every objective of the configuration, worst first. */
export interface SlosAnswer {
  /** The moment it is told for. */
  at: string
  slos: SloStatus[]
}

/** One line of the streamed form; the last one holds the answer or an error. */
export type BacktestLine =
  | { progress: BacktestProgress }
  | { answer: BacktestAnswer }
  | { error: ErrorAnswer['error'] }

/** GET and PUT /api/v1/positions/<view>: where people dragged nodes; PUT needs the token. */
export type PositionsAnswer = Record<string, { x: number; y: number }>

/** Every error of the API. */
export interface ErrorAnswer {
  error: { code: string; message: string; hint: string }
}
