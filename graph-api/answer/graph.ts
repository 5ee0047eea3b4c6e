import type { Graph } from '../../model/graph.ts'
import type { Store } from '../../store/store.ts'
import { coverageOf } from '../enrich/coverage.ts'
import { edgeOf } from '../enrich/edge.ts'
import { nodesOf } from '../enrich/node.ts'
import { withVerdicts } from '../enrich/verdict.ts'
import { readCoverage } from '../query/coverage.ts'
import { type EdgeRow, fillHistograms, readEdgeCounts, readEdges } from '../query/edges.ts'
import { readFirstCall } from '../query/first-call.ts'
import { knownBefore, withIdle } from '../query/idle.ts'
import { graphWindow, planWindow, type Slice } from '../query/plan.ts'
import { oneReporter } from '../query/reporter.ts'
import { readEdgeVerdicts, verdictKey } from '../query/verdict-counts.ts'
import type { Span } from '../query/window.ts'

/** From here on histograms are so full that a second question is cheaper than merging both reporters'. */
const FULL_STEP_S = 3600

async function readRows(store: Store, slices: readonly Slice[]): Promise<EdgeRow[]> {
  if (slices.every(({ step_s }) => step_s < FULL_STEP_S)) return readEdges(store, slices)
  const rows = await readEdgeCounts(store, slices)
  await fillHistograms(
    store,
    slices,
    oneReporter(rows).map(({ chosen }) => chosen),
  )
  return rows
}

/**
 * The service graph of a window, from question to picture: read the rollups, add what fell silent
 * just before, take one reporter per edge, then make edges (signals, other side, health, verdicts), nodes
 * (kind, zones, health) and the coverage with its freshness.
 * @param now_us wall clock, microseconds @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
 */
export async function readGraph(store: Store, span: Span, now_us: number): Promise<Graph> {
  const plan = planWindow(span, now_us)
  const [rows, known, coverage, first_us, verdicts] = await Promise.all([
    readRows(store, plan.slices),
    knownBefore(store, span, now_us),
    readCoverage(store, plan.span),
    readFirstCall(store),
    readEdgeVerdicts(store, plan.span, now_us),
  ])
  const reported = oneReporter(withIdle(rows, known))
  const window = graphWindow(plan.span, first_us)
  return {
    window,
    nodes: nodesOf(reported, window.covered_seconds),
    edges: withVerdicts(
      reported
        .map((edge) => edgeOf(edge, window.covered_seconds))
        .sort((a, b) => (verdictKey(a) < verdictKey(b) ? -1 : 1)),
      verdicts,
    ),
    coverage: coverageOf(reported, coverage, now_us),
  }
}
