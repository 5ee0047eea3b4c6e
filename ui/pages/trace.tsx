import type { TraceAnswer } from '../../graph-api/contract.ts'
import { durationText, shareText, wholeText } from '../../picture/format.ts'
import { apiAddress } from '../data/api.ts'
import { useResource } from '../data/resource.ts'
import { Tile } from '../panels/signals.tsx'
import { Link } from '../parts/link.tsx'
import { Empty, Loading, Problem } from '../parts/notice.tsx'
import { SameView, tapmeshCommand } from '../parts/same-view.tsx'
import { addressOf, queryValue, setQuery } from '../state/location.ts'
import { localText } from '../state/range.ts'
import { SpanDetail } from './span-detail.tsx'
import { traceOnMap } from './trace-on-map.ts'
import { SHOWS, type Show, Waterfall } from './waterfall.tsx'

/** One trace: its waterfall and, for a chosen call, what each side said. */

const WORDS: Record<Show, string> = { all: 'All calls', critical: 'Critical path', failed: 'Failed' }

function ShowChoice({ show }: { show: Show }) {
  return (
    <fieldset class="segments">
      <legend class="hidden">Calls shown</legend>
      {SHOWS.map((it) => (
        <button
          key={it}
          type="button"
          class="segment"
          aria-pressed={it === show}
          onClick={() => setQuery({ show: it === 'all' ? undefined : it })}
        >
          {WORDS[it]}
        </button>
      ))}
    </fieldset>
  )
}

/** The trace in figures: how long, how many, how much of it was on the way, what is missing. */
function Summary({ trace }: { trace: TraceAnswer }) {
  const { spans, gaps } = trace
  const failed = spans.filter((span) => span.outcome !== 'ok' && span.outcome !== 'client_error').length
  const one_sided = spans.filter((span) => span.protocol !== 'internal' && span.network_us === null).length
  const critical = spans.filter((span) => span.critical)
  const network_us = critical.reduce((sum, span) => sum + Math.max(0, span.network_us ?? 0), 0)
  return (
    <dl class="tiles">
      <Tile name="Duration" value={durationText(trace.duration_us)} />
      <Tile name="Calls" value={wholeText(spans.length)} note={`${trace.services.length} services`} />
      <Tile name="Failed" value={wholeText(failed)} tone={failed > 0 ? 'bad' : undefined} />
      <Tile
        name="Network"
        value={durationText(network_us)}
        note={`${shareText(network_us / Math.max(trace.duration_us, 1))}, on the critical path`}
      />
      <Tile
        name="Not tapped"
        value={wholeText(one_sided + gaps.length)}
        note={`${wholeText(one_sided)} sides, ${wholeText(gaps.length)} hops`}
        tone={gaps.length > 0 ? 'warn' : undefined}
      />
      <Tile
        name="Clocks"
        value={trace.skew_us > 0 ? durationText(trace.skew_us) : 'agree'}
        note={trace.skew_us > 0 ? 'corrected here' : ''}
      />
    </dl>
  )
}

function TraceBody({ trace }: { trace: TraceAnswer }) {
  const chosen = queryValue('span')
  const show = SHOWS.find((it) => it === queryValue('show')) ?? 'all'
  const span = trace.spans.find((it) => it.span_id === chosen)
  return (
    <>
      <Summary trace={trace} />
      <div class="wf-bar-above">
        <p class="wf-legend" aria-hidden="true">
          <span class="key-outer">caller side</span>
          <span class="key-inner">callee side</span>
          <span class="key-critical">critical path</span>
          <span class="key-one">seen from one side</span>
        </p>
        <ShowChoice show={show} />
      </div>
      <Waterfall
        trace={trace}
        show={show}
        chosen={chosen}
        onChoose={(span_id) => setQuery({ span: span_id })}
      />
      {span ? <SpanDetail span={span} /> : null}
    </>
  )
}

export function TracePage({ id }: { id: string }) {
  const address = apiAddress(`traces/${encodeURIComponent(id)}`)
  const { data, error } = useResource<TraceAnswer>(address, false)
  return (
    <main class="page wide-panel">
      <div class="page-head">
        <div>
          <p class="eyebrow">Trace</p>
          <h1 class="mono trace-id">{id}</h1>
          {data ? <p class="muted">began {localText(data.start)}</p> : null}
          <p class="panel-links">
            {data ? <Link to={traceOnMap(data)}>Show on map</Link> : null}
            <Link to={addressOf('/calls', { trace_id: id, range: '7d' })}>Its calls as rows</Link>
          </p>
        </div>
      </div>
      {data ? (
        <TraceBody trace={data} />
      ) : error?.code === 'TAPMESH_NOT_FOUND' ? (
        <Empty title="No call of this trace is stored" kind="outside">
          <p class="muted">{error.hint}</p>
          <Link class="button" to={addressOf('/calls')}>
            Go to the calls
          </Link>
        </Empty>
      ) : error ? (
        <Problem error={error} title="This trace cannot be shown" />
      ) : (
        <Loading lines={10} />
      )}
      <SameView command={tapmeshCommand(['trace', id])} address={address} />
    </main>
  )
}
