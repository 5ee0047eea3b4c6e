import type { EdgeAnswer } from '../../graph-api/contract.ts'
import { paceOf, useResource } from '../data/resource.ts'
import { ResourceView } from '../parts/not-in-window.tsx'
import { SignalCharts } from '../parts/signal-charts.tsx'
import { range } from '../state/range.ts'
import { EdgeCommand, EdgeHead, type Ends, edgeQuestion } from './edge-head.tsx'
import { Evidence } from './evidence.tsx'
import { Exemplars } from './exemplars.tsx'
import { RouteList, Section, StatusList } from './lists.tsx'
import { LiveTail } from './live-tail.tsx'
import { Sides } from './sides.tsx'
import { Signals } from './signals.tsx'
import { hasVerdicts, Verdicts } from './verdicts.tsx'

/** One edge beside the map. */

const ROUTES = 8
const CALLS = 10

export function EdgePanel({ source, destination }: Ends) {
  const question = edgeQuestion({ source, destination })
  const asked = useResource<EdgeAnswer>(question, range.value.follows, paceOf(question))
  return (
    <>
      <EdgeHead source={source} destination={destination} answer={asked.data} />
      <ResourceView {...asked} what={`${source} → ${destination}`} lines={8}>
        {(answer) => <EdgeBody answer={answer} source={source} destination={destination} />}
      </ResourceView>
    </>
  )
}

/** Golden signals of each protocol. */
export function EdgeSignals({ answer }: { answer: EdgeAnswer }) {
  return (
    <>
      {answer.edges.map((edge) => (
        <div key={edge.protocol}>
          {answer.edges.length > 1 ? <p class="eyebrow">{edge.protocol}</p> : null}
          <Signals of={edge} />
        </div>
      ))}
    </>
  )
}

function EdgeBody({ answer, source, destination }: Ends & { answer: EdgeAnswer }) {
  return (
    <div class="panel-body">
      <EdgeSignals answer={answer} />
      <SignalCharts series={answer.series} span={answer.window} />
      {hasVerdicts(answer.edges) ? (
        <Section title="What policies say">
          <Verdicts edges={answer.edges} />
        </Section>
      ) : null}
      <Section title="Seen from both sides">
        <Sides answer={answer} />
      </Section>
      {answer.exemplars.length > 0 ? (
        <Section title="Traces to look at">
          <Exemplars exemplars={answer.exemplars} />
        </Section>
      ) : null}
      <Section title="Routes">
        <RouteList routes={answer.routes} most={ROUTES} />
      </Section>
      <Section title="Answers">
        <StatusList statuses={answer.statuses} />
      </Section>
      <Section title="Last calls">
        <LiveTail filters={{ source, destination, reporter: answer.edges[0]!.reporter }} most={CALLS} />
      </Section>
      <Section title="How it is known">
        <Evidence answer={answer} />
      </Section>
      <EdgeCommand source={source} destination={destination} />
    </div>
  )
}
