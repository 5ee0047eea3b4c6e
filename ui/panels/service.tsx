import type { ServiceAnswer } from '../../graph-api/contract.ts'
import { apiAddress } from '../data/api.ts'
import { paceOf, useResource } from '../data/resource.ts'
import { ResourceView } from '../parts/not-in-window.tsx'
import { SameView, tapmeshCommand } from '../parts/same-view.tsx'
import { SignalCharts } from '../parts/signal-charts.tsx'
import { range } from '../state/range.ts'
import { EdgeList, RouteList, Section, StatusList } from './lists.tsx'
import { ServiceHead } from './service-head.tsx'
import { Changes, Instances, Taps, Versions } from './service-parts.tsx'
import { Signals } from './signals.tsx'

/** One service beside the map. */

const ROUTES = 8

export const serviceQuestion = (id: string): string =>
  apiAddress(`services/${encodeURIComponent(id)}`, { from: range.value.from, to: range.value.to })

export function ServiceCommand({ id }: { id: string }) {
  const { from, to } = range.value
  return <SameView command={tapmeshCommand(['service', id], { from, to })} address={serviceQuestion(id)} />
}

export function ServicePanel({ id }: { id: string }) {
  const question = serviceQuestion(id)
  const asked = useResource<ServiceAnswer>(question, range.value.follows, paceOf(question))
  return (
    <>
      <ServiceHead id={id} service={asked.data?.service} />
      <ResourceView {...asked} what={id} lines={8}>
        {(answer) => <ServiceBody answer={answer} />}
      </ResourceView>
    </>
  )
}

function ServiceBody({ answer }: { answer: ServiceAnswer }) {
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
          <RouteList routes={answer.routes} most={ROUTES} />
        </Section>
      ) : null}
      {answer.statuses.length > 0 ? (
        <Section title="Answers">
          <StatusList statuses={answer.statuses} />
        </Section>
      ) : null}
      {answer.versions.length > 1 ? (
        <Section title="Versions side by side">
          <Versions versions={answer.versions} />
        </Section>
      ) : null}
      {answer.instances.length > 0 ? (
        <Section title="Instances">
          <Instances instances={answer.instances} />
        </Section>
      ) : null}
      {answer.changes.rows.length > 0 ? (
        <Section title="Recent changes">
          <Changes changes={answer.changes} />
        </Section>
      ) : null}
      <Section title="Taps">
        <Taps taps={answer.taps} />
      </Section>
      <ServiceCommand id={answer.service.id} />
    </div>
  )
}
