import type { TraceAnswer, TraceSpan } from '../../graph-api/contract.ts'
import { durationText } from '../../graph-api/picture/format.ts'
import { apiAddress } from '../data/api.ts'
import { useResource } from '../data/resource.ts'
import { Link } from '../parts/link.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { addressOf, edgeAddress, queryValue, setQuery } from '../state/location.ts'
import { localText } from '../state/range.ts'
import { CallDetail } from './call-detail.tsx'
import { Waterfall } from './waterfall.tsx'

/** One trace: its waterfall and, for a chosen call, what each side said. */

function SpanDetail({ span }: { span: TraceSpan }) {
  const sides = [
    { word: 'Caller side', call: span.client, none: `${span.source} has no tap on its way out.` },
    { word: 'Callee side', call: span.server, none: `${span.destination} has no tap in front.` },
  ]
  return (
    <section class="span-detail" aria-label="Chosen call">
      <h2>
        {span.source} → {span.destination}
      </h2>
      <p class="muted">
        {span.method} {span.path} · own time {durationText(span.self_us)}
        {span.network_us === null ? '' : ` · network ${durationText(Math.max(0, span.network_us))}`}
        {span.critical ? ' · on the critical path' : ''}
      </p>
      <p class="panel-links">
        <Link to={edgeAddress(span.source, span.destination)}>Open edge</Link>
        <Link to={addressOf('/map', { source: span.source, destination: span.destination })}>
          Show on map
        </Link>
      </p>
      <div class="sides">
        {sides.map(({ word, call, none }) => (
          <div key={word}>
            <h3>{word}</h3>
            {call ? <CallDetail call={call} /> : <p class="muted">{none}</p>}
          </div>
        ))}
      </div>
    </section>
  )
}

export function TracePage({ id }: { id: string }) {
  const { data, error } = useResource<TraceAnswer>(apiAddress(`traces/${encodeURIComponent(id)}`), false)
  const chosen = queryValue('span')
  const span = data?.spans.find((it) => it.span_id === chosen)
  return (
    <main class="page">
      <div class="page-head">
        <div>
          <p class="eyebrow">Trace</p>
          <h1 class="mono trace-id">{id}</h1>
          {data ? (
            <p class="muted">
              {localText(data.start)} · {durationText(data.duration_us)} · {data.spans.length} calls ·{' '}
              {data.services.length} services
              {data.skew_us > 0 ? ` · clocks corrected by ${durationText(data.skew_us)}` : ''}
            </p>
          ) : null}
        </div>
      </div>
      {error ? <Problem error={error} title="This trace cannot be shown" /> : null}
      {data ? (
        <>
          <p class="wf-legend" aria-hidden="true">
            <span class="key-outer">caller side</span>
            <span class="key-inner">callee side</span>
            <span class="key-critical">critical path</span>
            <span class="key-one">seen from one side</span>
          </p>
          <Waterfall trace={data} chosen={chosen} onChoose={(span_id) => setQuery({ span: span_id })} />
          {span ? <SpanDetail span={span} /> : null}
        </>
      ) : error ? null : (
        <Loading lines={10} />
      )}
    </main>
  )
}
