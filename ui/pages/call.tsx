import type { WhyAnswer } from '../../model/enforcement.ts'
import { apiAddress } from '../data/api.ts'
import { useResource } from '../data/resource.ts'
import { Why } from '../enforce/why.tsx'
import { Card } from '../parts/card.tsx'
import { StatusChip } from '../parts/health.tsx'
import { Link } from '../parts/link.tsx'
import { Empty, Loading, Problem } from '../parts/notice.tsx'
import { SameView, tapmeshCommand } from '../parts/same-view.tsx'
import { addressOf, serviceAddress, traceAddress } from '../state/location.ts'
import { localText } from '../state/range.ts'

/** One call, and why the policy treated it as it did. */

function Head({ answer }: { answer: WhyAnswer }) {
  const { source, destination, method, route, ts, trace_id, status, outcome } = answer
  const at = Date.parse(ts)
  const around = { from: new Date(at - 1000).toISOString(), to: new Date(at + 1000).toISOString() }
  return (
    <header class="panel-head">
      <p class="eyebrow">Call at {localText(ts)}</p>
      <h1 class="name edge-name">
        <Link to={serviceAddress(source)}>{source}</Link>
        <span class="edge-arrow"> → </span>
        <Link to={serviceAddress(destination)}>{destination}</Link>
      </h1>
      <p class="chips">
        <StatusChip status={status} outcome={outcome} flags="" />
        <span class="mono">
          <span class="method">{method}</span> {route}
        </span>
      </p>
      <p class="panel-links">
        <Link to={traceAddress(trace_id)}>Open trace</Link>
        <Link to={addressOf('/calls', { ...around, trace_id, call: answer.id })}>Everything known of it</Link>
      </p>
    </header>
  )
}

export function CallPage({ id }: { id: string }) {
  const address = apiAddress(`calls/${encodeURIComponent(id)}/why`)
  const { data, error } = useResource<WhyAnswer>(address, false)
  return (
    <main class="page">
      {data ? (
        <>
          <Head answer={data} />
          <Card
            title="Why"
            aside={
              data.config_version === '' ? 'no document was in force' : `revision ${data.config_version}`
            }
            full
          >
            <Why answer={data} />
          </Card>
        </>
      ) : error?.code === 'TAPMESH_NOT_FOUND' ? (
        <Empty title="There is no such call" kind="missing">
          <p class="muted">It may be older than calls are kept, or not stored yet.</p>
        </Empty>
      ) : error ? (
        <Problem error={error} title="This call cannot be explained" />
      ) : (
        <Loading />
      )}
      <SameView command={tapmeshCommand(['explain', id])} address={address} />
    </main>
  )
}
