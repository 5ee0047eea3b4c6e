import type { GraphEdge, GraphNode } from '../../graph-api/contract.ts'
import { durationText, rateText, shareText } from '../../picture/format.ts'
import { HealthMark } from '../parts/health.tsx'
import { selectEdge, selectNode, selectNothing } from '../state/selection.ts'
import { base, drawnId, groups, placed, toggleGroup } from './view.ts'

/** What a box of several services stands for, and the calls between two boxes. */

const figures = (it: GraphNode | GraphEdge): string =>
  `${rateText(it.rate)} · ${shareText(it.error_rate)} errors · p95 ${durationText(it.p95_us)}`

export function GroupPanel({ id }: { id: string }) {
  const members = new Set(placed.value?.members.get(id) ?? [])
  const nodes = (base.value?.nodes ?? []).filter((node) => members.has(node.id))
  const now = groups.value
  const name = now?.names.find((it) => id === `${now.by}: ${it}`) ?? id
  return (
    <>
      <header class="panel-head">
        <h2 dir="auto">{name}</h2>
        <p class="muted">{nodes.length} services, drawn as one box</p>
      </header>
      <p>
        <button
          type="button"
          class="button"
          onClick={() => {
            selectNothing()
            toggleGroup(name)
          }}
        >
          Open the group
        </button>
      </p>
      <ul class="rows">
        {nodes
          .toSorted((a, b) => b.rate - a.rate)
          .map((node) => (
            <li key={node.id}>
              <button type="button" class="row pair" onClick={() => selectNode(node.id)}>
                <HealthMark health={node.health} />
                <span class="row-name" dir="auto">
                  {node.id}
                </span>
                <span class="pair-figures">{figures(node)}</span>
              </button>
            </li>
          ))}
      </ul>
    </>
  )
}

export function GroupEdgePanel({ source, destination }: { source: string; destination: string }) {
  const edges = (base.value?.edges ?? []).filter(
    (edge) => drawnId(edge.source) === source && drawnId(edge.destination) === destination,
  )
  return (
    <>
      <header class="panel-head">
        <h2 dir="auto">
          {source} → {destination}
        </h2>
        <p class="muted">{edges.length} edges, drawn as one line</p>
      </header>
      <ul class="rows">
        {edges
          .toSorted((a, b) => b.rate - a.rate)
          .map((edge) => (
            <li key={`${edge.source} ${edge.destination} ${edge.protocol}`}>
              <button
                type="button"
                class="row pair"
                onClick={() => selectEdge(edge.source, edge.destination)}
              >
                <HealthMark health={edge.health} />
                <span class="row-name" dir="auto">
                  {edge.source} <span class="faint">→</span> {edge.destination}
                </span>
                <span class="pair-figures">{figures(edge)}</span>
              </button>
            </li>
          ))}
      </ul>
    </>
  )
}
