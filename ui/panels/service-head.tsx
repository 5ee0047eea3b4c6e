import type { GraphNode } from '../../graph-api/contract.ts'
import { shareText } from '../../picture/format.ts'
import { NODE_LOOK } from '../../picture/node-look.ts'
import { HealthMark } from '../parts/health.tsx'
import { Link } from '../parts/link.tsx'
import { addressOf, serviceAddress } from '../state/location.ts'
import { isMap } from '../state/page.ts'
import { NameHeading } from './lists.tsx'

/** Name, health and whereabouts of a service, and where to go from here. */

/** The objective that is worst off, and what is left of its budget. */
function Objective({ slo }: { slo: NonNullable<GraphNode['slo']> }) {
  const spent = slo.budget_left <= 0
  return (
    <span
      class={`chip is-${spent ? 'bad' : slo.state === 'ok' ? 'ok' : 'warn'}`}
      title={`burns ${slo.burn_1h.toFixed(1)} times its budget over the last hour, ${slo.burn_6h.toFixed(1)} over six`}
    >
      {shareText(slo.objective)} objective:{' '}
      {spent ? 'budget spent' : `${shareText(slo.budget_left)} of the budget left`}
    </span>
  )
}

export function ServiceHead({ id, service }: { id: string; service: GraphNode | undefined }) {
  return (
    <header class="panel-head">
      <p class="eyebrow">{service ? NODE_LOOK[service.kind].title : 'Service'}</p>
      <NameHeading title={id}>{id}</NameHeading>
      {service ? (
        <p class="chips">
          <HealthMark health={service.health} word />
          {service.zones.map((zone) => (
            <span key={zone} class="tag">
              {zone}
            </span>
          ))}
          {service.versions.map((version) => (
            <span key={version} class="tag">
              {version}
            </span>
          ))}
          {service.slo ? <Objective slo={service.slo} /> : null}
          {service.tapped ? null : <span class="tag">no tap in front</span>}
        </p>
      ) : null}
      <p class="panel-links">
        {isMap.value ? (
          <Link to={serviceAddress(id)}>Open page</Link>
        ) : (
          <Link to={addressOf('/map', { service: id })}>Show on map</Link>
        )}
        <Link to={addressOf('/calls', { destination: id })}>Calls to it</Link>
        <Link to={addressOf('/calls', { source: id })}>Calls from it</Link>
        <Link to={addressOf('/calls', { destination: id, outcome: 'failed' })}>Failed calls</Link>
        <Link to={addressOf('/enforce', { service: id })}>What is enforced</Link>
      </p>
    </header>
  )
}
