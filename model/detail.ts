import type { Security, SourceEvidence } from './call.ts'
import type { CallSignals, GoldenSignals } from './graph.ts'

/**
 * Parts of what is told of one service or one edge: over time, by route, status, version, instance and
 * identity. Rates are per second, durations microseconds, shares 0..1, times RFC 3339 in UTC.
 */

/** Calls by how they ended. */
export interface OutcomeCounts {
  calls: number
  /** Of these, how many count as failures of the called service. */
  errors: number
  /** What these six leave of `calls` ended well. */
  client_errors: number
  server_errors: number
  timeouts: number
  resets: number
  denied: number
  unfinished: number
}

/** One point of a golden-signal series. */
export interface SeriesPoint extends OutcomeCounts {
  ts: string
  /** Calls in flight on average: the sum of their durations over the length of the step (Little's law). */
  in_flight: number
  p50_us: number
  p95_us: number
  p99_us: number
}

/** How durations were spread over time. */
export interface Heat {
  /** Lower bound of each row, rising by half an octave; empty without calls. */
  bounds_us: number[]
  /** Calls: one list for each point of the series, in it one number for each row. */
  counts: number[][]
}

export interface Series {
  step_s: number
  points: SeriesPoint[]
  heat: Heat
}

/** Counted by whole minutes around the window, above 12 hours by whole hours; `rate` goes by what was counted. */
export interface RouteRow extends CallSignals {
  /** Empty for calls from before routes were kept by protocol. */
  protocol: string
  method: string
  route: string
}

export interface StatusRow {
  status: string
  outcome: string
  response_flags: string
  calls: number
}

export interface InstanceRow {
  instance: string
  zone: string
  version: string
  calls: number
  errors: number
  p95_us: number
  last_seen: string
}

/** A version of a service beside its others. */
export interface VersionRow extends GoldenSignals {
  /** As configured at the tap; empty where it is not. */
  version: string
  first_seen: string
  last_seen: string
}

/** A caller, a dependency or a version that came or went. */
export interface Change {
  what: 'caller' | 'dependency' | 'version'
  /** `new` was not there in the time before the window, `gone` was there and is not in the window. */
  kind: 'new' | 'gone'
  name: string
  /** Its first call where it is new, its last where it is gone; as exact as the rollup it comes from. */
  at: string
}

export interface Changes {
  /** Start of the time before the window that it is held against; null where nothing was recorded then. */
  since: string | null
  rows: Change[]
}

/** Golden signals of an edge as one side saw them. */
export interface EdgeSide {
  reporter: string
  calls: number
  errors: number
  p50_us: number
  p95_us: number
  p99_us: number
  /** Median of each point of the answer's series, 0 where this side saw no call. */
  p50_series_us: number[]
}

/** How callers of an edge are known, and how its calls are protected. */
export interface IdentityRow {
  source_evidence: SourceEvidence
  security: Security
  /** SPIFFE ID, or empty. */
  source_identity: string
  source_zone: string
  destination_zone: string
  calls: number
}
