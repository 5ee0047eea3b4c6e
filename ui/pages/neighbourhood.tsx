import type { GraphEdge, ServiceAnswer } from '../../graph-api/contract.ts'
import { durationText, rateText, shareText } from '../../picture/format.ts'
import { edgeSentence } from '../../picture/sentence.ts'
import { HealthMark } from '../parts/health.tsx'
import { Link } from '../parts/link.tsx'
import { edgeAddress, serviceAddress } from '../state/location.ts'

/** Who calls a service, and whom it calls, on both sides of it. */

/** Shown of each side; the rest is counted. */
const EDGES_MAX = 12

/** @param twice whether another edge on this side has the same name, so that the protocol must tell them apart */
function Neighbour({ edge, name, twice }: { edge: GraphEdge; name: string; twice: boolean }) {
  return (
    <li class={`neighbour is-${edge.health}`} title={edgeSentence(edge)}>
      <HealthMark health={edge.health} />
      <Link class="neighbour-name" to={serviceAddress(name)}>
        {name}
        {twice ? <span class="faint"> {edge.protocol}</span> : null}
      </Link>
      <Link
        class="neighbour-figures"
        to={edgeAddress(edge.source, edge.destination)}
        title={edgeSentence(edge)}
      >
        {rateText(edge.rate)} ·{' '}
        <span class={edge.health === 'bad' || edge.health === 'warn' ? `tone-text is-${edge.health}` : ''}>
          {shareText(edge.error_rate)}
        </span>{' '}
        · {durationText(edge.p95_us)}
      </Link>
    </li>
  )
}

function Side(props: {
  title: string
  edges: readonly GraphEdge[]
  name: (edge: GraphEdge) => string
  none: string
}) {
  const edges = props.edges.toSorted((a, b) => b.calls - a.calls)
  return (
    <div class="side">
      <h3>
        {props.title} <span class="count">{edges.length}</span>
      </h3>
      {edges.length === 0 ? <p class="muted">{props.none}</p> : null}
      <ul>
        {edges.slice(0, EDGES_MAX).map((edge) => (
          <Neighbour
            key={`${edge.source} ${edge.destination} ${edge.protocol}`}
            edge={edge}
            name={props.name(edge)}
            twice={edges.filter((other) => props.name(other) === props.name(edge)).length > 1}
          />
        ))}
      </ul>
      {edges.length > EDGES_MAX ? <p class="muted">and {edges.length - EDGES_MAX} more</p> : null}
    </div>
  )
}

export function Neighbourhood({ answer }: { answer: ServiceAnswer }) {
  const { service, callers, dependencies } = answer
  return (
    <div class="neighbourhood">
      <Side
        title="Callers"
        edges={callers}
        name={(edge) => edge.source}
        none="Nobody calls it in this window."
      />
      <span class="side-arrow" aria-hidden="true">
        →
      </span>
      <div class={`side-middle is-${service.health}`}>
        <HealthMark health={service.health} word />
        <b class="name">{service.id}</b>
        <span class="muted">{rateText(service.rate)}</span>
      </div>
      <span class="side-arrow" aria-hidden="true">
        →
      </span>
      <Side
        title="Calls"
        edges={dependencies}
        name={(edge) => edge.destination}
        none="It calls nobody in this window."
      />
    </div>
  )
}
