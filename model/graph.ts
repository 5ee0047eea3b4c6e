import type { Protocol, Reporter, SourceEvidence } from './call.ts'
import type { Decision } from './decision.ts'
import type { Feature } from './feature.ts'
import type { SloState } from './slo.ts'

/** The service graph: what the map draws. Rates are per second, durations microseconds. */

/**
 * `service` has a tap or reports itself; `external` is only ever called; `caller` is only ever seen calling,
 * without a tap; the others answer in the protocol of such a server and of nothing else.
 */
export const NODE_KINDS = ['service', 'external', 'caller', 'database', 'broker', 'cache'] as const
export type NodeKind = (typeof NODE_KINDS)[number]

/** Health by error share and sample size; `idle` is known but silent in the window. */
export type Health = 'ok' | 'warn' | 'bad' | 'unknown' | 'idle'

export interface GoldenSignals {
  calls: number
  errors: number
  client_errors: number
  /** Calls per second over the window. */
  rate: number
  /** Share of calls that failed, 0..1. */
  error_rate: number
  p50_us: number
  p95_us: number
  p99_us: number
}

/** Where calls that failed by the caller's own fault are not told apart. */
export type CallSignals = Omit<GoldenSignals, 'client_errors'>

/** Of what saw no call. */
export const SILENT: GoldenSignals = {
  calls: 0,
  errors: 0,
  client_errors: 0,
  rate: 0,
  error_rate: 0,
  p50_us: 0,
  p95_us: 0,
  p99_us: 0,
}

/** The objective of a service that is worst off. Shares 0..1; burn is a multiple of what the budget allows. */
export interface NodeSlo {
  /** Share of calls that have to be good. */
  objective: number
  burn_1h: number
  burn_6h: number
  /** Share of the budget that is left: 1 untouched, 0 spent, below 0 overspent. */
  budget_left: number
  state: SloState
}

export interface GraphNode extends GoldenSignals {
  id: string
  kind: NodeKind
  /** Zones its instances were seen in. */
  zones: string[]
  /** Versions seen, as configured at the tap. */
  versions: string[]
  /** True where a tap in front of the service reported calls. */
  tapped: boolean
  health: Health
  /** Where an objective is configured for the service. */
  slo?: NodeSlo
}

/** What one feature of a policy said of calls of an edge, besides that they pass. */
export interface EdgeVerdict {
  feature: Feature
  decision: Decision
  /** False where it was only said: dry-run, or the control cohort. */
  acted: boolean
  /** Id of the rule or name of the parameter that decided. */
  rule: string
  calls: number
}

export interface GraphEdge extends GoldenSignals {
  source: string
  destination: string
  protocol: Protocol
  /** The one reporter all counts of this edge come from. */
  reporter: Reporter
  source_evidence: SourceEvidence
  request_bytes: number
  response_bytes: number
  ttfb_p50_us: number
  /** Calls of this edge that the other side's tap saw, 0 where there is none. */
  other_side_calls: number
  /** Share of calls whose trace was continued rather than started here, 0..1. */
  traced: number
  health: Health
  /** Most calls first; absent where no policy said anything. */
  verdicts?: readonly EdgeVerdict[]
}

export interface GraphWindow {
  /** RFC 3339, UTC. */
  from: string
  to: string
  seconds: number
  /** Seconds of it since the first call there is, at least one; rates are per these. */
  covered_seconds: number
}

/** What the picture rests on, and what it may be missing. */
export interface Coverage {
  calls: number
  /** Taps that sent rows in the window. */
  taps: number
  /** Rows that taps or the collector say they lost in the window. */
  lost: number
  /** Rows put aside as unreadable in the window. */
  quarantined: number
  /** Share of calls whose caller is known by more than its address, 0..1. */
  named_callers: number
  /** Share of edges seen from both sides, 0..1. */
  both_sides: number
  /** Seconds between now and the newest row, -1 where there is none. */
  freshness_s: number
}

export interface Graph {
  window: GraphWindow
  nodes: GraphNode[]
  edges: GraphEdge[]
  coverage: Coverage
}
