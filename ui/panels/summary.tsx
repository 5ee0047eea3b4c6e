import type { Graph, GraphEdge, Health } from '../../graph-api/contract.ts'
import { ageText, durationText, rateText, shareText, wholeText } from '../../picture/format.ts'
import { HealthMark } from '../parts/health.tsx'
import { selectEdge } from '../state/selection.ts'
import { Section } from './lists.tsx'
import { Tile } from './signals.tsx'

/** The whole graph at a glance; stands in the panel while nothing is selected. */

const SEVERITY: Record<Health, number> = { bad: 2, warn: 1, ok: 0, unknown: 0, idle: 0 }
const ROWS = 6
const SLOWEST = 3

/** Edges by both names, their figures underneath. */
function PairList({ edges, none }: { edges: readonly GraphEdge[]; none: string }) {
  if (edges.length === 0) return <p class="muted">{none}</p>
  return (
    <ul class="rows">
      {edges.map((edge) => (
        <li key={`${edge.source} ${edge.destination} ${edge.protocol}`}>
          <button type="button" class="row pair" onClick={() => selectEdge(edge.source, edge.destination)}>
            <HealthMark health={edge.health} />
            <span class="row-name">
              {edge.source} <span class="faint">→</span> {edge.destination}
            </span>
            <span class="pair-figures">
              {rateText(edge.rate)} ·{' '}
              <b class={edge.errors > 0 ? `is-${edge.health}` : ''}>{shareText(edge.error_rate)} errors</b> ·
              p95 {durationText(edge.p95_us)}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}

export function SummaryPanel({ graph }: { graph: Graph }) {
  const { coverage, window: span } = graph
  const errors = graph.edges.reduce((sum, edge) => sum + edge.errors, 0)
  const traced = graph.edges.reduce((sum, edge) => sum + edge.traced * edge.calls, 0)
  const share = errors / Math.max(coverage.calls, 1)
  const problems = graph.edges
    .filter((edge) => SEVERITY[edge.health] > 0)
    .sort((a, b) => SEVERITY[b.health] - SEVERITY[a.health] || b.errors - a.errors)
  const slowest = graph.edges.filter((edge) => edge.calls > 0).sort((a, b) => b.p95_us - a.p95_us)
  const busiest = graph.edges.toSorted((a, b) => b.rate - a.rate)
  return (
    <>
      <header class="panel-head">
        <h2>Whole mesh</h2>
        <p class="muted">
          {graph.nodes.length} services, {graph.edges.length} edges, {ageText(span.seconds)} window
        </p>
      </header>
      <dl class="tiles">
        <Tile
          name="Calls"
          value={rateText(coverage.calls / span.covered_seconds)}
          note={`${wholeText(coverage.calls)} calls`}
        />
        <Tile
          name="Errors"
          value={shareText(share)}
          note={`${wholeText(errors)} failed`}
          tone={share >= 0.05 ? 'bad' : share >= 0.01 ? 'warn' : undefined}
        />
        <Tile
          name="Problems"
          value={wholeText(problems.length)}
          note={problems.length === 1 ? 'edge' : 'edges'}
        />
      </dl>
      <Section title="Problems">
        <PairList edges={problems.slice(0, ROWS)} none="No edge is degraded or failing." />
        {problems.length > ROWS ? <p class="muted more">and {problems.length - ROWS} more</p> : null}
      </Section>
      <Section title="Busiest">
        <PairList edges={busiest.slice(0, ROWS)} none="No calls in this window." />
      </Section>
      <Section title="Slowest">
        <PairList edges={slowest.slice(0, SLOWEST)} none="No calls in this window." />
      </Section>
      <Section title="What this rests on">
        <dl class="facts">
          <dt>Taps reporting</dt>
          <dd>{coverage.taps}</dd>
          <dt>Services without a tap</dt>
          <dd>{wholeText(graph.nodes.filter((node) => !node.tapped).length)}</dd>
          <dt>Calls whose trace goes on</dt>
          <dd>{shareText(traced / Math.max(coverage.calls, 1))}</dd>
          <dt>Callers known by name</dt>
          <dd>{shareText(coverage.named_callers)}</dd>
          <dt>Edges seen from both sides</dt>
          <dd>{shareText(coverage.both_sides)}</dd>
          <dt>Rows lost</dt>
          <dd class={coverage.lost > 0 ? 'is-warn' : ''}>{wholeText(coverage.lost)}</dd>
          <dt>Rows unreadable</dt>
          <dd class={coverage.quarantined > 0 ? 'is-warn' : ''}>{wholeText(coverage.quarantined)}</dd>
        </dl>
      </Section>
    </>
  )
}
