import type { CallsAnswer, EdgeAnswer } from '../../graph-api/contract.ts'
import { bytesText, durationText, shareText, wholeText } from '../../graph-api/picture/format.ts'
import { apiAddress } from '../data/api.ts'
import { useResource } from '../data/resource.ts'
import { SignalCharts } from '../parts/chart.tsx'
import { HealthMark } from '../parts/health.tsx'
import { Link } from '../parts/link.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { addressOf, edgeAddress, page, serviceAddress } from '../state/location.ts'
import { range } from '../state/range.ts'
import { CallList, NameHeading, RouteList, Section, StatusList } from './lists.tsx'
import { Sides } from './sides.tsx'
import { Signals } from './signals.tsx'

/** One edge: beside the map, and in full width on its own page. */

const EVIDENCE: Record<string, string> = {
  mtls: 'its certificate (mutual TLS)',
  trace: 'trace headers of its own tap',
  config: 'configuration',
  socket: 'the process that owns the socket',
  dns: 'DNS',
  address: 'its address only',
  none: 'nothing',
}

export function EdgePanel({ source, destination }: { source: string; destination: string }) {
  const { from, to, follows } = range.value
  const path = `edges/${encodeURIComponent(source)}/${encodeURIComponent(destination)}`
  const { data, error } = useResource<EdgeAnswer>(apiAddress(path, { from, to }), follows)
  const health = data?.edges[0]?.health
  return (
    <>
      <header class="panel-head">
        <p class="eyebrow">Edge</p>
        <NameHeading class="edge-name">
          <Link to={serviceAddress(source)}>{source}</Link>
          <span class="edge-arrow"> → </span>
          <Link to={serviceAddress(destination)}>{destination}</Link>
        </NameHeading>
        <p class="chips">
          {health ? <HealthMark health={health} word /> : null}
          {data?.edges.map((edge) => (
            <span key={edge.protocol} class="tag">
              {edge.protocol}
            </span>
          ))}
        </p>
        <p class="panel-links">
          {page.value.name === 'map' ? (
            <Link to={edgeAddress(source, destination)}>Open page</Link>
          ) : (
            <Link to={addressOf('/map', { source, destination })}>Show on map</Link>
          )}
          <Link to={addressOf('/calls', { source, destination })}>All calls</Link>
          <Link to={addressOf('/calls', { source, destination, outcome: 'failed' })}>Failed calls</Link>
        </p>
      </header>
      {error ? <Problem error={error} title="This edge cannot be shown" /> : null}
      {data ? (
        <EdgeBody answer={data} source={source} destination={destination} />
      ) : error ? null : (
        <Loading lines={8} />
      )}
    </>
  )
}

function EdgeBody({
  answer,
  source,
  destination,
}: {
  answer: EdgeAnswer
  source: string
  destination: string
}) {
  const { from, to, follows } = range.value
  const last = useResource<CallsAnswer>(
    apiAddress('calls', { from, to, source, destination, limit: '10' }),
    follows,
  )
  const wide = page.value.name !== 'map'
  return (
    <div class="panel-body">
      {answer.edges.map((edge) => (
        <div key={edge.protocol}>
          {answer.edges.length > 1 ? <p class="eyebrow">{edge.protocol}</p> : null}
          <Signals of={edge} />
        </div>
      ))}
      <SignalCharts series={answer.series} span={answer.window} />
      <Section title="Seen from both sides">
        <Sides answer={answer} />
      </Section>
      {answer.exemplars.length > 0 ? (
        <Section title="Traces to look at">
          <CallList
            calls={answer.exemplars.map((it) => it.call)}
            words={answer.exemplars.map((it) => it.kind)}
          />
        </Section>
      ) : null}
      <Section title="Routes">
        <RouteList routes={answer.routes} most={wide ? 50 : 8} />
      </Section>
      <Section title="Answers">
        <StatusList statuses={answer.statuses} />
      </Section>
      <Section title="Last calls">
        {last.data && last.data.calls.length > 0 ? (
          <CallList calls={last.data.calls} />
        ) : (
          <p class="muted">{last.loading ? 'Loading …' : 'No calls in this window.'}</p>
        )}
      </Section>
      <Section title="How it is known">
        {answer.edges.map((edge) => (
          <dl key={edge.protocol} class="facts">
            <dt>Counted by</dt>
            <dd>
              {edge.reporter === 'server'
                ? 'the tap of the callee'
                : edge.reporter === 'client'
                  ? 'the tap of the caller'
                  : edge.reporter}
            </dd>
            <dt>Caller known from</dt>
            <dd>{EVIDENCE[edge.source_evidence] ?? edge.source_evidence}</dd>
            <dt>Trace continued</dt>
            <dd>{shareText(edge.traced)}</dd>
            <dt>Seen by the other side</dt>
            <dd>{wholeText(edge.other_side_calls)} calls</dd>
            <dt>Bytes</dt>
            <dd>
              {bytesText(edge.request_bytes)} in, {bytesText(edge.response_bytes)} out
            </dd>
            <dt>First byte, p50</dt>
            <dd>{durationText(edge.ttfb_p50_us)}</dd>
          </dl>
        ))}
      </Section>
    </div>
  )
}
