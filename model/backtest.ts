/**
 * What a back-test answers: calls that a policy would have treated otherwise. Times are RFC 3339 in
 * UTC, shares 0..1.
 */

/** Calls of one caller and route that a feature of a policy would have decided alike. */
export interface BacktestRow {
  source: string
  method: string
  route: string
  /** deny, shed, cut, retry, no_retry, divert, queue or note. */
  decision: string
  /** Id of the rule, or name of the parameter, that decided. */
  rule: string
  reason: string
  calls: number
  /** How many of them had ended well. */
  good: number
  first_seen: string
  last_seen: string
  /** Ids of a few of them, as in /calls. */
  samples: string[]
}

/** What really followed the calls that would have been sent again. */
export interface BacktestRetries {
  failed: number
  retried: number
  /** The next real call of the same method and route went well: this one might have too. */
  recovered: number
  /** It failed as well. */
  failed_again: number
  /** No such call came within 10 s. */
  unknown: number
  /** Failed calls that their callers sent again by themselves; retries of the mesh come on top. */
  already_retried: number
  /** Failed calls left so because the budget was spent. */
  over_budget: number
  /** Attempts added, by calls. */
  extra_load: number
}

/** One endpoint as a breaker would have treated it, all callers together. */
export interface BacktestEndpoint {
  endpoint: string
  ejections: number
  /** Sum over callers of the time it would have been left out. */
  ejected_s: number
}

/** One feature of one service over the window. */
export interface BacktestFeature {
  service: string
  feature: string
  mode: string
  /** Calls it would have looked at. */
  calls: number
  /** Calls it would have decided anything about. */
  affected: number
  /** Calls that would have been denied or shed. */
  refused: number
  /** How many of these had ended well. */
  good_refused: number
  /** Calls that a timeout would have cut although they ended well. */
  good_cut: number
  decisions: Record<string, number>
  /** Most calls first. */
  rows: BacktestRow[]
  /** Calls in rows past the longest list. */
  calls_left_out: number
  /** The stretch of time with the most affected calls: a minute where single calls were replayed. */
  worst: { ts: string; seconds: number; calls: number; affected: number } | null
  step_s: number
  steps: { ts: string; calls: number; affected: number }[]
  retries: BacktestRetries | null
  endpoints: BacktestEndpoint[] | null
}

/** POST /api/v1/backtest { policy, name?, from?, to? }; with Accept application/x-ndjson lines of BacktestLine. */
export interface BacktestAnswer {
  window: { from: string; to: string; seconds: number }
  /** Calls examined: to services the policy names, one reporter an edge. */
  calls: number
  /** Calls that would have been denied, shed, or cut although they ended well. */
  would_lose: number
  features: BacktestFeature[]
  /** Services of the policy without a call in the window. */
  silent: string[]
  coverage: {
    first_call: string | null
    last_call: string | null
    /** Rows that taps say they dropped, and rows put aside, in the window. */
    lost: number
    quarantined: number
  }
  /** Good-Turing: the chance that the next call is of a caller, method and route never seen here. */
  unseen: { chance: number; kinds: number; seen_once: number } | null
  /** What the figures do not say. */
  notes: string[]
  elapsed_ms: number
}

export interface BacktestProgress {
  phase: 'summary' | 'replay'
  done: number
  total: number
}
