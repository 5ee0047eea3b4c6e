import type { TraceSpan } from '../../graph-api/contract.ts'
import { durationText } from '../../picture/format.ts'
import { Link } from '../parts/link.tsx'
import { addressOf, edgeAddress } from '../state/location.ts'
import { CallDetail } from './call-detail.tsx'

/** One call of a trace: what each side said of it. */

function sidesOf(span: TraceSpan) {
  if (span.told) return [{ word: `Told by ${span.told.reporter}`, call: span.told, none: '' }]
  return [
    { word: 'Caller side', call: span.client, none: `${span.source} has no tap on its way out.` },
    { word: 'Callee side', call: span.server, none: `${span.destination} has no tap in front.` },
  ]
}

/** How far the two taps' clocks are apart, as this call shows it: its halves should lie in the middle of each other. */
function skewOf({ client, server }: TraceSpan): number {
  if (!client || !server) return 0
  const middle = (Date.parse(server.ts) - Date.parse(client.ts)) * 1000
  const wanted = (client.duration_us - server.duration_us) / 2
  return Math.abs(middle - wanted)
}

/** A millisecond is what the clocks' text is exact to here. */
const SKEW_SHOWN_US = 1000

export function SpanDetail({ span }: { span: TraceSpan }) {
  const skew_us = skewOf(span)
  return (
    <section class="span-detail" aria-label="Chosen call">
      <h2>
        {span.protocol === 'internal'
          ? `${span.destination}: ${span.path}`
          : `${span.source} → ${span.destination}`}
      </h2>
      <p class="muted">
        {span.method} {span.protocol === 'internal' ? 'Own work of the program' : span.path} · own time{' '}
        {durationText(span.self_us)}
        {span.network_us === null ? '' : ` · network ${durationText(Math.max(0, span.network_us))}`}
        {span.critical ? ' · on the critical path' : ''}
        {skew_us > SKEW_SHOWN_US ? ` · clocks of the two taps differ by about ${durationText(skew_us)}` : ''}
      </p>
      {span.protocol === 'internal' ? null : (
        <p class="panel-links">
          <Link to={edgeAddress(span.source, span.destination)}>Open edge</Link>
          <Link to={addressOf('/map', { source: span.source, destination: span.destination })}>
            Show on map
          </Link>
        </p>
      )}
      <div class="sides">
        {sidesOf(span).map(({ word, call, none }) => (
          <div key={word}>
            <h3>{word}</h3>
            {call ? <CallDetail call={call} /> : <p class="muted">{none}</p>}
          </div>
        ))}
      </div>
    </section>
  )
}
