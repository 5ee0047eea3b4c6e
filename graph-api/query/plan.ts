import type { GraphWindow } from '../../model/graph.ts'
import type { Span } from './window.ts'
import { rfc3339 } from './window.ts'

/**
 * Which rollup answers which part of a window: the coarsest buckets that lie inside it, finer ones
 * for what remains at both ends. So a window costs about as many rows as its parts, not as its
 * seconds: a week is six days, some hours and some minutes.
 *
 * Rounding: a window need not align to buckets. Its start is moved back and its end forward to the
 * bucket's edge where that adds at most ROUNDING_SHARE_MAX of the window, or a minute to a window of
 * at least 15 minutes, or where no finer rollup is kept for so old a time. The answer's window is the one really counted, so that rates stay
 * exact. A bucket that is still running is taken whole: nothing lies behind now.
 */
export const STEPS = [
  { step_s: 86_400, table: 'edge_1d', kept_s: 400 * 86_400 },
  { step_s: 3600, table: 'edge_1h', kept_s: 400 * 86_400 },
  { step_s: 60, table: 'edge_1m', kept_s: 14 * 86_400 },
  { step_s: 10, table: 'edge_10s', kept_s: 86_400 },
] as const

export type Step = (typeof STEPS)[number]['step_s']

export const ROUNDING_SHARE_MAX = 0.02
const ROUNDING_SECONDS = 60
const ROUNDING_SECONDS_FROM = 900
/** Coarse buckets that replace fewer fine ones than this cost more than they spare: each table has its price. */
const SPARED_BUCKETS_MIN = 20

/** Buckets of one rollup: `from_s <= t < to_s`, seconds since 1970. */
export interface Slice {
  step_s: Step
  from_s: number
  to_s: number
}

export interface Plan {
  slices: Slice[]
  /** The window really counted. */
  span: Span
}

const US = 1_000_000

interface Bounds {
  from_s: number
  to_s: number
  slack_s: number
  now_s: number
}

function cover(bounds: Bounds, steps: readonly Step[]): Slice[] {
  const { from_s, to_s, slack_s, now_s } = bounds
  const step_s = steps[0]!
  const finer = steps.slice(1)
  let start = Math.floor(from_s / step_s) * step_s
  let end = Math.ceil(to_s / step_s) * step_s
  if (finer.length === 0) return [{ step_s, from_s: start, to_s: end }]
  if (from_s - start > slack_s) start += step_s
  if (end - to_s > slack_s && to_s < now_s) end -= step_s
  if (Math.min(end, now_s) - start < SPARED_BUCKETS_MIN * finer[0]!) return cover(bounds, finer)
  return [
    { step_s, from_s: start, to_s: end },
    ...(start > from_s ? cover({ ...bounds, to_s: start }, finer) : []),
    ...(end < to_s ? cover({ ...bounds, from_s: end }, finer) : []),
  ]
}

/** Steps whose rollup still holds what is `age_s` old, coarsest first. */
function keptSteps(age_s: number): Step[] {
  const kept: Step[] = STEPS.filter((entry) => age_s <= entry.kept_s).map((entry) => entry.step_s)
  return kept.length > 0 ? kept : [86_400]
}

/** @param now_us wall clock, microseconds */
export function planWindow(span: Span, now_us: number): Plan {
  const seconds = (span.to_us - span.from_us) / US
  const bounds = {
    from_s: span.from_us / US,
    to_s: span.to_us / US,
    slack_s: Math.max(seconds * ROUNDING_SHARE_MAX, seconds >= ROUNDING_SECONDS_FROM ? ROUNDING_SECONDS : 0),
    now_s: now_us / US,
  }
  const slices = cover(bounds, keptSteps(bounds.now_s - bounds.from_s))
  const from_us = Math.min(...slices.map((slice) => slice.from_s)) * US
  const to_us = Math.max(...slices.map((slice) => slice.to_s)) * US
  const running = to_us > now_us && from_us < now_us
  return { slices, span: { from_us, to_us: running ? now_us : to_us } }
}

/** Widest number of points of a series. */
export const SERIES_POINTS_MAX = 120
export const SERIES_STEPS = [10, 60, 300, 900, 3600, 10_800, 21_600, 86_400, 604_800, 2_592_000] as const

/** Step of a series and the buckets that feed it: the finest kept whose points stay within SERIES_POINTS_MAX. */
export function planSeries(span: Span, now_us: number): { step_s: number; slice: Slice } {
  const seconds = (span.to_us - span.from_us) / US
  const finest = keptSteps((now_us - span.from_us) / US).at(-1)!
  const step_s =
    SERIES_STEPS.find((step) => step >= finest && seconds / step <= SERIES_POINTS_MAX) ?? SERIES_STEPS.at(-1)!
  return {
    step_s,
    slice: {
      step_s: STEPS.find((entry) => step_s % entry.step_s === 0)!.step_s,
      from_s: Math.floor(span.from_us / US / step_s) * step_s,
      to_s: Math.ceil(span.to_us / US / step_s) * step_s,
    },
  }
}

/** @param first_us start of the first call there is, where rates are to be told (first-call.ts) */
export function graphWindow({ from_us, to_us }: Span, first_us = 0): GraphWindow {
  const covered_us = first_us > from_us && first_us < to_us ? to_us - first_us : to_us - from_us
  return {
    from: rfc3339(from_us),
    to: rfc3339(to_us),
    seconds: (to_us - from_us) / US,
    covered_seconds: Math.max(1, Math.round(covered_us / US)),
  }
}
