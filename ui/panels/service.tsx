import type { ServiceAnswer } from '../../graph-api/contract.ts'
import { agoText, wholeText } from '../../graph-api/picture/format.ts'
import { apiAddress } from '../data/api.ts'
import { useResource } from '../data/resource.ts'
import { SignalCharts } from '../parts/chart.tsx'
import { HealthMark } from '../parts/health.tsx'
import { Link } from '../parts/link.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { addressOf, page, serviceAddress } from '../state/location.ts'
import { range } from '../state/range.ts'
import { EdgeList, NameHeading, RouteList, Section, StatusList } from './lists.tsx'
import { Signals } from './signals.tsx'

/** One service: beside the map, and in full width on its own page. */

const KINDS = {
  service: 'Service',
  external: 'External, only ever called',
  caller: 'Caller without a tap',
} as const

export function ServicePanel({ id }: { id: string }) {
  const { from, to, follows } = range.value
  const { data, error } = useResource<ServiceAnswer>(
    apiAddress(`services/${encodeURIComponent(id)}`, { from, to }),
    follows,
  )
  const on_map = page.value.name === 'map'
  return (
    <>
      <header class="panel-head">
        <p class="eyebrow">{data ? KINDS[data.service.kind] : 'Service'}</p>
        <NameHeading title={id}>{id}</NameHeading>
        {data ? (
          <p class="chips">
            <HealthMark health={data.service.health} word />
            {data.service.zones.map((zone) => (
              <span key={zone} class="tag">
                {zone}
              </span>
            ))}
            {data.service.versions.map((version) => (
              <span key={version} class="tag">
                v{version}
              </span>
            ))}
            {data.service.tapped ? null : <span class="tag">no tap in front</span>}
          </p>
        ) : null}
        <p class="panel-links">
          {on_map ? (
            <Link to={serviceAddress(id)}>Open page</Link>
          ) : (
            <Link to={addressOf('/map', { service: id })}>Show on map</Link>
          )}
          <Link to={addressOf('/calls', { destination: id })}>Calls to it</Link>
          <Link to={addressOf('/calls', { source: id })}>Calls from it</Link>
        </p>
      </header>
      {error ? <Problem error={error} title="This service cannot be shown" /> : null}
      {data ? <ServiceBody answer={data} /> : error ? null : <Loading lines={8} />}
    </>
  )
}

function ServiceBody({ answer }: { answer: ServiceAnswer }) {
  const wide = page.value.name !== 'map'
  return (
    <div class="panel-body">
      {answer.service.calls === 0 ? (
        <p class="note">Nobody called this service in this window, as far as taps saw.</p>
      ) : (
        <>
          <Signals of={answer.service} />
          <SignalCharts series={answer.series} span={answer.window} />
        </>
      )}
      <Section title="Callers" aside="rate · errors · p95">
        <EdgeList edges={answer.callers} name={(edge) => edge.source} none="No callers in this window." />
      </Section>
      <Section title="Calls" aside="rate · errors · p95">
        <EdgeList
          edges={answer.dependencies}
          name={(edge) => edge.destination}
          none="It calls nobody in this window."
        />
      </Section>
      {answer.routes.length > 0 ? (
        <Section title="Routes">
          <RouteList routes={answer.routes} most={wide ? 50 : 8} />
        </Section>
      ) : null}
      {answer.statuses.length > 0 ? (
        <Section title="Answers">
          <StatusList statuses={answer.statuses} />
        </Section>
      ) : null}
      {answer.instances.length > 0 ? (
        <Section title="Instances">
          <ul class="rows">
            {answer.instances.map((it) => (
              <li key={it.instance} class="row">
                <span class="row-name mono">{it.instance}</span>
                <span class="row-number faint">{it.zone}</span>
                <span class="row-number">{wholeText(it.calls)}</span>
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
      <Section title="Taps">
        {answer.taps.length === 0 ? (
          <p class="muted">No tap in front of it: it is known only from those who call it.</p>
        ) : (
          <ul class="rows">
            {answer.taps.map((it) => (
              <li key={it.tap} class="row">
                <span class="row-name mono">{it.tap}</span>
                <span class="row-number faint">
                  {agoText((Date.now() - Date.parse(it.last_seen)) / 1000)}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Section>
    </div>
  )
}
