import type { EdgeAnswer } from '../../graph-api/contract.ts'
import { apiAddress } from '../data/api.ts'
import { HealthMark } from '../parts/health.tsx'
import { Link } from '../parts/link.tsx'
import { SameView, tapmeshCommand } from '../parts/same-view.tsx'
import { addressOf, edgeAddress, serviceAddress } from '../state/location.ts'
import { isMap } from '../state/page.ts'
import { range } from '../state/range.ts'
import { NameHeading } from './lists.tsx'

/** Both names of an edge, its health, and where to go from here. */

export interface Ends {
  source: string
  destination: string
}

export const edgeQuestion = ({ source, destination }: Ends): string =>
  apiAddress(`edges/${encodeURIComponent(source)}/${encodeURIComponent(destination)}`, {
    from: range.value.from,
    to: range.value.to,
  })

export function EdgeCommand(ends: Ends) {
  const { from, to } = range.value
  const command = tapmeshCommand(['edge', ends.source, ends.destination], { from, to })
  return <SameView command={command} address={edgeQuestion(ends)} />
}

export function EdgeHead({ source, destination, answer }: Ends & { answer: EdgeAnswer | undefined }) {
  const health = answer?.edges[0]?.health
  return (
    <header class="panel-head">
      <p class="eyebrow">Edge</p>
      <NameHeading class="edge-name">
        <Link to={serviceAddress(source)}>{source}</Link>
        <span class="edge-arrow"> → </span>
        <Link to={serviceAddress(destination)}>{destination}</Link>
      </NameHeading>
      <p class="chips">
        {health ? <HealthMark health={health} word /> : null}
        {answer?.edges.map((edge) => (
          <span key={edge.protocol} class="tag">
            {edge.protocol}
          </span>
        ))}
      </p>
      <p class="panel-links">
        {isMap.value ? (
          <Link to={edgeAddress(source, destination)}>Open page</Link>
        ) : (
          <Link to={addressOf('/map', { source, destination })}>Show on map</Link>
        )}
        <Link to={addressOf('/calls', { source, destination })}>All calls</Link>
        <Link to={addressOf('/calls', { source, destination, outcome: 'failed' })}>Failed calls</Link>
      </p>
    </header>
  )
}
