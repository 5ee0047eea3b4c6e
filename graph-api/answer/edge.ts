import { REPORTER_ORDER } from '../../model/call.ts'
import { mergeHistogram } from '../../model/histogram.ts'
import type { Store } from '../../store/store.ts'
import type { EdgeAnswer, EdgeSide, Series } from '../contract.ts'
import { edgeOf } from '../enrich/edge.ts'
import { withVerdicts } from '../enrich/verdict.ts'
import { readIdentities, readStatuses } from '../query/detail.ts'
import { type EdgeRow, readEdges } from '../query/edges.ts'
import { readExemplars } from '../query/exemplars.ts'
import { storedForm } from '../query/filter.ts'
import { readFirstCall } from '../query/first-call.ts'
import { readNetworkShare } from '../query/network.ts'
import { graphWindow, planWindow } from '../query/plan.ts'
import { oneReporter } from '../query/reporter.ts'
import { readRoutes } from '../query/routes.ts'
import { readSeries } from '../query/series.ts'
import { quantiles } from '../query/signals.ts'
import { readEdgeVerdicts } from '../query/verdict-counts.ts'
import type { Span } from '../query/window.ts'
import { notFound } from './service.ts'

/** What each reporter saw of all protocols between the two, callee first. */
async function readSides(
  store: Store,
  span: Span,
  now_us: number,
  rows: readonly EdgeRow[],
): Promise<{ sides: EdgeSide[]; byReporter: Map<string, Series> }> {
  const sides: EdgeSide[] = []
  const byReporter = new Map<string, Series>()
  for (const reporter of REPORTER_ORDER) {
    const own = rows.filter((row) => row.reporter === reporter)
    if (own.length === 0) continue
    const series = await readSeries(store, span, now_us, own)
    byReporter.set(reporter, series)
    const duration = own.reduce(
      (merged, row) => mergeHistogram(merged, row.duration),
      new Map<number, number>(),
    )
    sides.push({
      reporter,
      calls: own.reduce((sum, row) => sum + row.calls, 0),
      errors: own.reduce((sum, row) => sum + row.errors, 0),
      ...quantiles(duration),
      p50_series_us: series.points.map(({ p50_us }) => p50_us),
    })
  }
  return { sides, byReporter }
}

/** The series of the reporters that count; where that is one for all protocols, its side has it already. */
async function readChosen(
  store: Store,
  span: Span,
  now_us: number,
  own: readonly EdgeRow[],
  rows: readonly EdgeRow[],
): Promise<{ sides: EdgeSide[]; series: Series }> {
  const { sides, byReporter } = await readSides(store, span, now_us, rows)
  const [first] = own
  const known = own.every(({ reporter }) => reporter === first?.reporter)
    ? byReporter.get(first?.reporter ?? '')
    : undefined
  return { sides, series: known ?? (await readSeries(store, span, now_us, own)) }
}

/**
 * The calls from one service to another, with both sides and the network between them.
 * @throws TapmeshError TAPMESH_NOT_FOUND where there were none in the window, TAPMESH_STORE_UNAVAILABLE
 */
export async function readEdge(
  store: Store,
  span: Span,
  now_us: number,
  ends: { source: string; destination: string },
): Promise<EdgeAnswer> {
  const source = storedForm(ends.source)
  const destination = storedForm(ends.destination)
  const plan = planWindow(span, now_us)
  const rows = await readEdges(store, plan.slices, { source, destination })
  const reported = oneReporter(rows)
  if (reported.length === 0) {
    throw notFound(`${source} -> ${destination}`, 'GET /api/v1/graph lists the edges; or widen the window.')
  }
  const first_us = await readFirstCall(store)
  const window = graphWindow(plan.span, first_us)
  const own = reported.map(({ chosen }) => chosen)
  const edges = reported.map((edge) => edgeOf(edge, window.covered_seconds))
  const [verdicts, network_p50_us, { sides, series }, routes, statuses, identities, exemplars] =
    await Promise.all([
      readEdgeVerdicts(store, plan.span, now_us, { source, destination }),
      readNetworkShare(store, plan.span, source, destination),
      readChosen(store, plan.span, now_us, own, rows),
      readRoutes(store, plan.span, now_us, own, first_us),
      readStatuses(store, plan.span, own),
      readIdentities(store, plan.span, own),
      readExemplars(store, plan.span, own, edges[0]!.p50_us),
    ])
  const shown = withVerdicts(edges, verdicts)
  return { window, edges: shown, sides, network_p50_us, series, routes, statuses, identities, exemplars }
}
