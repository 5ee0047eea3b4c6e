import type { ServiceAnswer } from '../../graph-api/contract.ts'
import { paceOf, useResource } from '../data/resource.ts'
import { StatusList } from '../panels/lists.tsx'
import { ServiceCommand, serviceQuestion } from '../panels/service.tsx'
import { ServiceHead } from '../panels/service-head.tsx'
import { Changes, Instances, Taps, Versions } from '../panels/service-parts.tsx'
import { Signals } from '../panels/signals.tsx'
import { Card } from '../parts/card.tsx'
import { HeatMap } from '../parts/heat-map.tsx'
import { ResourceView } from '../parts/not-in-window.tsx'
import { RangeMenu } from '../parts/range-menu.tsx'
import { AllCharts } from '../parts/signal-charts.tsx'
import { range } from '../state/range.ts'
import { Neighbourhood } from './neighbourhood.tsx'
import { RouteTable } from './route-table.tsx'

/** A service in full width. */
export function ServicePage({ id }: { id: string }) {
  const question = serviceQuestion(id)
  const asked = useResource<ServiceAnswer>(question, range.value.follows, paceOf(question))
  return (
    <main class="page wide-panel">
      <div class="page-head">
        <ServiceHead id={id} service={asked.data?.service} />
        <div class="toolbar">
          <RangeMenu />
        </div>
      </div>
      <ResourceView {...asked} what={id} lines={12}>
        {(answer) => <ServiceBody answer={answer} />}
      </ResourceView>
    </main>
  )
}

function ServiceBody({ answer }: { answer: ServiceAnswer }) {
  const { service, series, window: span } = answer
  const called = service.calls > 0 && answer.callers.length > 0
  const filters = called ? { destination: service.id } : { source: service.id }
  return (
    <>
      {service.calls === 0 ? (
        <p class="note">Nobody called this service in this window, as far as taps saw.</p>
      ) : (
        <Signals of={service} />
      )}
      {called || service.calls === 0 ? null : (
        <p class="note">Nobody calls it; the figures are those of the calls it makes.</p>
      )}
      <div class="cards">
        <Card title="Neighbourhood" aside="rate · errors · p95" full>
          <Neighbourhood answer={answer} />
        </Card>
        {service.calls > 0 ? (
          <Card title="Over time" full>
            <AllCharts series={series} span={span} />
            <HeatMap series={series} span={span} filters={filters} />
          </Card>
        ) : null}
        <Card title="Routes" aside="counted by whole minutes" full>
          <RouteTable routes={answer.routes} filters={filters} />
        </Card>
        <div class="stack">
          <Card title="Versions side by side">
            {answer.versions.length === 0 ? (
              <p class="muted">No version is known: nobody called it.</p>
            ) : (
              <Versions versions={answer.versions} />
            )}
          </Card>
          <Card title="Answers">
            <StatusList statuses={answer.statuses} words />
          </Card>
        </div>
        <div class="stack">
          <Card title="Recent changes">
            <Changes changes={answer.changes} />
          </Card>
          <Card title="Instances">
            {answer.instances.length === 0 ? (
              <p class="muted">No instance answered in this window.</p>
            ) : (
              <Instances instances={answer.instances} />
            )}
          </Card>
          <Card title="Taps in front of it">
            <Taps taps={answer.taps} />
          </Card>
        </div>
      </div>
      <ServiceCommand id={service.id} />
    </>
  )
}
