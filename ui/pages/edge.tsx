import type { EdgeAnswer } from '../../graph-api/contract.ts'
import { paceOf, useResource } from '../data/resource.ts'
import { EdgeSignals } from '../panels/edge.tsx'
import { EdgeCommand, EdgeHead, type Ends, edgeQuestion } from '../panels/edge-head.tsx'
import { Evidence } from '../panels/evidence.tsx'
import { Exemplars } from '../panels/exemplars.tsx'
import { StatusList } from '../panels/lists.tsx'
import { LiveTail } from '../panels/live-tail.tsx'
import { Sides } from '../panels/sides.tsx'
import { hasVerdicts, Verdicts } from '../panels/verdicts.tsx'
import { Card } from '../parts/card.tsx'
import { HeatMap } from '../parts/heat-map.tsx'
import { ResourceView } from '../parts/not-in-window.tsx'
import { RangeMenu } from '../parts/range-menu.tsx'
import { AllCharts } from '../parts/signal-charts.tsx'
import { range } from '../state/range.ts'
import { RouteTable } from './route-table.tsx'

/** An edge in full width. */

const CALLS = 20

export function EdgePage({ source, destination }: Ends) {
  const question = edgeQuestion({ source, destination })
  const asked = useResource<EdgeAnswer>(question, range.value.follows, paceOf(question))
  return (
    <main class="page wide-panel">
      <div class="page-head">
        <EdgeHead source={source} destination={destination} answer={asked.data} />
        <div class="toolbar">
          <RangeMenu />
        </div>
      </div>
      <ResourceView {...asked} what={`${source} → ${destination}`} lines={12}>
        {(answer) => <EdgeBody answer={answer} source={source} destination={destination} />}
      </ResourceView>
    </main>
  )
}

function EdgeBody({ answer, source, destination }: Ends & { answer: EdgeAnswer }) {
  const filters = { source, destination }
  return (
    <>
      <EdgeSignals answer={answer} />
      <div class="cards">
        <Card title="Over time" full>
          <AllCharts series={answer.series} span={answer.window} />
          <HeatMap series={answer.series} span={answer.window} filters={filters} />
        </Card>
        {hasVerdicts(answer.edges) ? (
          <Card title="What policies say" full>
            <Verdicts edges={answer.edges} />
          </Card>
        ) : null}
        <Card title="Seen from both sides">
          <Sides answer={answer} chart />
        </Card>
        <Card title="Traces to look at">
          {answer.exemplars.length > 0 ? (
            <Exemplars exemplars={answer.exemplars} />
          ) : (
            <p class="muted">The calls themselves are no longer kept, only their sums.</p>
          )}
        </Card>
        <Card title="Routes" aside="counted by whole minutes" full>
          <RouteTable routes={answer.routes} filters={filters} />
        </Card>
        <Card title="Last calls">
          <LiveTail filters={{ ...filters, reporter: answer.edges[0]!.reporter }} most={CALLS} />
        </Card>
        <div class="stack">
          <Card title="Answers">
            <StatusList statuses={answer.statuses} words />
          </Card>
          <Card title="How it is known">
            <Evidence answer={answer} />
          </Card>
        </div>
      </div>
      <EdgeCommand source={source} destination={destination} />
    </>
  )
}
