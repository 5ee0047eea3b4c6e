import { type Protocol, REPORTER_ORDER, type Reporter } from '../../model/call.ts'
import type { Store } from '../../store/store.ts'
import type { GraphSeriesAnswer } from '../contract.ts'
import { graphWindow, planWindow, SERIES_STEPS, type Slice, STEPS } from './plan.ts'
import { sliceRows } from './rollup.ts'
import { invalid, rfc3339, type Span } from './window.ts'

/** Most steps of one answer; a replay has that many pictures. */
export const GRAPH_STEPS_MAX = 60
/** Most edges of one answer, those with the most calls; what is left out is counted. */
export const GRAPH_SERIES_EDGES_MAX = 8000

const US = 1_000_000
const STEP_UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

interface Steps {
  step_s: number
  slice: Slice
}

/**
 * Step and buckets of a replay: the finest step whose pictures stay within GRAPH_STEPS_MAX, or the
 * one that was asked for.
 * @param asked `10s`, `1m`, `1h`; a multiple of ten seconds
 * @throws TapmeshError TAPMESH_QUERY_INVALID where the asked step makes too many pictures
 */
export function planSteps(span: Span, now_us: number, asked: string | undefined): Steps {
  const seconds = (span.to_us - span.from_us) / US
  const finest_s = Math.min(...planWindow(span, now_us).slices.map(({ step_s }) => step_s))
  const fits = (step: number) => step % finest_s === 0 && seconds / step <= GRAPH_STEPS_MAX
  const step_s = asked === undefined ? (SERIES_STEPS.find(fits) ?? SERIES_STEPS.at(-1)!) : secondsOf(asked)
  if (step_s % 10 !== 0 || Math.ceil(seconds / step_s) > GRAPH_STEPS_MAX) {
    throw invalid(
      'step',
      `does not cut the window into at most ${GRAPH_STEPS_MAX} whole steps of ten seconds`,
      'Leave it out, or write a longer one such as 1m.',
    )
  }
  const table_s = STEPS.find((entry) => step_s % entry.step_s === 0)!.step_s
  return {
    step_s,
    slice: {
      step_s: table_s,
      from_s: Math.floor(span.from_us / US / step_s) * step_s,
      to_s: Math.ceil(span.to_us / US / step_s) * step_s,
    },
  }
}

function secondsOf(text: string): number {
  return Number(text.slice(0, -1)) * STEP_UNITS[text.at(-1)!]!
}

interface SeriesRow {
  source: string
  destination: string
  protocol: Protocol
  reporter: Reporter
  ats: number[]
  calls: number[]
  errors: number[]
  p95s: number[]
}

const KEYS = 'source, destination, protocol, reporter'

/** The p95 as model/histogram.ts finds it, so that one number of an edge crosses over and not its histogram. */
const P95 = `if(empty(c), 0, round(exp2((k[i] + (0.95 * n - if(i > 1, s[i - 1], 0)) / c[i]) / 16)))`

async function readRows(store: Store, { step_s, slice }: Steps): Promise<SeriesRow[]> {
  const rows = sliceRows([slice], `t, ${KEYS}, calls, errors, duration_buckets`)
  return store.read<SeriesRow>(
    `SELECT ${KEYS}, groupArray(at) AS ats, groupArray(step_calls) AS calls,
       groupArray(step_errors) AS errors, groupArray(p95) AS p95s
     FROM (
       SELECT ${KEYS}, at, step_calls, step_errors, mapKeys(d) AS k, mapValues(d) AS c, arrayCumSum(c) AS s,
         arraySum(c) AS n, arrayFirstIndex((v, w) -> w > 0 AND v >= 0.95 * n, s, c) AS i, ${P95} AS p95
       FROM (
         SELECT ${KEYS}, intDiv(toUnixTimestamp(t), {step_s:UInt32}) * {step_s:UInt32} AS at,
           sum(r.calls) AS step_calls, sum(r.errors) AS step_errors, sumMap(r.duration_buckets) AS d
         FROM (${rows.sql}) AS r GROUP BY ${KEYS}, at))
     GROUP BY ${KEYS} ORDER BY arraySum(calls) DESC, ${KEYS} LIMIT ${2 * GRAPH_SERIES_EDGES_MAX}`,
    { ...rows.bound, step_s },
  )
}

/** One reporter an edge, as in the graph itself. */
function chosenRows(rows: readonly SeriesRow[]): SeriesRow[] {
  const chosen = new Map<string, SeriesRow>()
  for (const row of rows) {
    const key = `${row.source}\x1f${row.destination}\x1f${row.protocol}`
    const known = chosen.get(key)
    const better = !known || REPORTER_ORDER.indexOf(row.reporter) < REPORTER_ORDER.indexOf(known.reporter)
    if (better) chosen.set(key, row)
  }
  return [...chosen.values()]
}

/**
 * The graph over time, as columns: for each edge its calls, errors and p95 in every step, and the
 * sums of all for a histogram. One question for a whole replay.
 * @param now_us wall clock, microseconds @param step `10s`, `1m`; without it the finest that fits
 * @throws TapmeshError TAPMESH_QUERY_INVALID, TAPMESH_STORE_UNAVAILABLE
 */
export async function readGraphSeries(
  store: Store,
  span: Span,
  now_us: number,
  step?: string,
): Promise<GraphSeriesAnswer> {
  const plan = planSteps(span, now_us, step)
  const { step_s, slice } = plan
  const end_s = Math.min(slice.to_s, Math.ceil(now_us / US))
  const steps: string[] = []
  for (let at = slice.from_s; at < end_s; at += step_s) steps.push(rfc3339(at * US))
  const zeros = () => new Array<number>(steps.length).fill(0)
  const total = { calls: zeros(), errors: zeros() }
  const rows = chosenRows(await readRows(store, plan))
  const edges = rows.map((row): GraphSeriesAnswer['edges'][number] => {
    const edge = { calls: zeros(), errors: zeros(), p95_us: zeros() }
    row.ats.forEach((second, index) => {
      const at = (second - slice.from_s) / step_s
      if (at >= steps.length) return
      edge.calls[at] = row.calls[index]!
      edge.errors[at] = row.errors[index]!
      edge.p95_us[at] = row.p95s[index]!
      total.calls[at]! += row.calls[index]!
      total.errors[at]! += row.errors[index]!
    })
    return { source: row.source, destination: row.destination, protocol: row.protocol, ...edge }
  })
  return {
    window: graphWindow({
      from_us: slice.from_s * US,
      to_us: Math.min(slice.to_s * US, Math.max(now_us, slice.from_s * US)),
    }),
    step_s,
    steps,
    total,
    edges: edges.slice(0, GRAPH_SERIES_EDGES_MAX),
    edges_left_out: Math.max(0, edges.length - GRAPH_SERIES_EDGES_MAX),
  }
}
