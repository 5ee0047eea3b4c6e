import type { ComponentChildren } from 'preact'
import type { CallsAnswer, StatusAnswer, TapStatus } from '../../graph-api/contract.ts'
import { ageText } from '../../picture/format.ts'
import { apiAddress } from '../data/api.ts'
import { graph } from '../data/live-graph.ts'
import { useResource } from '../data/resource.ts'
import { TAP_COMMAND } from '../panels/no-calls.tsx'
import { Command } from '../parts/copy.tsx'
import { Link } from '../parts/link.tsx'
import { Problem } from '../parts/notice.tsx'
import { addressOf, traceAddress } from '../state/location.ts'
import { SKEW_MS_MAX } from './findings.ts'

/** First run: what is there, what is missing, and the command for the next step. */

type State = 'done' | 'open' | 'failed'

const MARKS: Record<State, string> = { done: '✓', open: '○', failed: '■' }
const WORDS: Record<State, string> = { done: 'done', open: 'waiting', failed: 'failing' }

function Check({ state, title, children }: { state: State; title: string; children?: ComponentChildren }) {
  return (
    <li class={`check ${state}`} data-check={state}>
      <span class="check-mark" role="img" aria-label={WORDS[state]}>
        {MARKS[state]}
      </span>
      <div>
        <h2>{title}</h2>
        {children}
      </div>
    </li>
  )
}

const NAMED_TAPS = 8

function StoreCheck({ store }: { store: StatusAnswer['store'] }) {
  return (
    <Check
      state={store.ok ? 'done' : 'failed'}
      title={store.ok ? 'The store takes calls' : 'The store is not working'}
    >
      <p class={store.ok ? 'muted' : 'is-bad-text'}>
        {store.ok ? `ClickHouse ${store.engine}` : store.error}
      </p>
      {store.ok ? null : <Command text="node cli/tapmesh.mjs doctor" />}
    </Check>
  )
}

function TapCheck({ taps }: { taps: TapStatus[] }) {
  if (taps.length === 0) {
    return (
      <Check state="open" title="Put a tap in front of a service">
        <p class="muted">
          Say your service listens on port 3000. The tap listens on 8080, passes every byte on at once, and
          reports what it saw.
        </p>
        <Command text={TAP_COMMAND} />
      </Check>
    )
  }
  const named = taps
    .slice(0, NAMED_TAPS)
    .map((tap) => `${tap.service} (since ${ageText((Date.now() - Date.parse(tap.first_seen)) / 1000)})`)
  const more = taps.length > NAMED_TAPS ? ` and ${taps.length - NAMED_TAPS} more` : ''
  return (
    <Check state="done" title={`${taps.length} ${taps.length === 1 ? 'tap reports' : 'taps report'}`}>
      <p class="muted">
        {named.join(', ')}
        {more}
      </p>
    </Check>
  )
}

function CallCheck() {
  const calls = useResource<CallsAnswer>(
    apiAddress('calls', { from: 'now-24h', to: 'now', limit: '1' }),
    true,
  )
  const first = calls.data?.calls[0]
  if (calls.data === undefined) return <Check state="open" title="Looking for calls" />
  return (
    <Check state={first ? 'done' : 'open'} title={first ? 'Calls arrive' : 'Send a request through the tap'}>
      {first ? (
        <p class="muted">
          Newest: {first.source} → {first.destination}, {first.method} {first.path}
        </p>
      ) : (
        <Command text="curl -i http://127.0.0.1:8080/" />
      )}
    </Check>
  )
}

function SidesCheck() {
  if ((graph.value?.coverage.both_sides ?? 0) > 0) {
    return (
      <Check state="done" title="Both sides of an edge are seen">
        <p class="muted">The difference of both durations is the network’s share.</p>
      </Check>
    )
  }
  return (
    <Check state="open" title="See both sides of an edge">
      <p class="muted">
        Send a service’s own calls through its tap too: then callers have names and traces are whole.
      </p>
      <Command text="node cli/tapmesh.mjs tap --service web --outbound 9001=orders@127.0.0.1:8080 --collector http://127.0.0.1:7401" />
    </Check>
  )
}

/**
 * Whether any service passes trace headers on: then a call that its own tap saw leave has a parent,
 * which is the call that caused it.
 */
function TraceCheck() {
  const sent = useResource<CallsAnswer>(
    apiAddress('calls', { from: 'now-24h', to: 'now', reporter: 'client', limit: '100' }),
    true,
  )
  const joined = sent.data?.calls.find((call) => call.parent_span_id !== '')
  if (joined) {
    return (
      <Check state="done" title="Traces go through more than one service">
        <p class="muted">
          {joined.source} passed the headers on to {joined.destination}:{' '}
          <Link class="accent" to={traceAddress(joined.trace_id)}>
            see that trace
          </Link>
        </p>
      </Check>
    )
  }
  return (
    <Check state="open" title="Let traces go on">
      <p class="muted">
        Pass the headers traceparent and tracestate of a request on to the calls it causes. Edges are exact
        without; only the trace breaks.
      </p>
      <Command text="node cli/tapmesh.mjs calls --limit 5 --reporter client --json" />
    </Check>
  )
}

function ClockCheck({ taps }: { taps: TapStatus[] }) {
  const skewed = taps.filter((tap) => Math.abs(tap.clock_skew_ms) > SKEW_MS_MAX)
  return (
    <Check
      state={skewed.length === 0 ? 'done' : 'failed'}
      title={skewed.length === 0 ? 'Clocks agree' : 'Clocks differ'}
    >
      <p class="muted">
        {skewed.length === 0
          ? `No tap is more than ${SKEW_MS_MAX} ms away from the collector.`
          : `${skewed.map((tap) => `${tap.tap} (${Math.round(tap.clock_skew_ms)} ms)`).join(', ')}: set the clock by NTP.`}
      </p>
      {skewed.length === 0 ? null : <Command text="timedatectl set-ntp true" />}
    </Check>
  )
}

function Checks({ status }: { status: StatusAnswer }) {
  const { store, taps } = status
  return (
    <ol class="checks">
      <Check state="done" title="Collector and API are running">
        <p class="muted">tapmesh {status.version}</p>
      </Check>
      <StoreCheck store={store} />
      <TapCheck taps={taps} />
      <CallCheck />
      <SidesCheck />
      <TraceCheck />
      {taps.length > 0 ? <ClockCheck taps={taps} /> : null}
    </ol>
  )
}

export function SetupPage() {
  const { data, error } = useResource<StatusAnswer>(apiAddress('status'), true)
  return (
    <main class="page narrow">
      <div class="page-head">
        <div>
          <h1>Set up</h1>
          <p class="muted">
            Each step ticks itself as soon as it works. Nothing here changes how a call is handled.
          </p>
        </div>
      </div>
      {error ? (
        <>
          <Problem error={error} title="The collector cannot be asked" />
          <Command text="node cli/tapmesh.mjs up" />
        </>
      ) : null}
      {data ? <Checks status={data} /> : null}
      <section class="section aside-box">
        <h2>Nothing at hand?</h2>
        <p class="muted">The demo starts a small shop whose every call goes through taps.</p>
        <Command text="node cli/tapmesh.mjs demo" />
        <Link class="button" to={addressOf('/map')}>
          Open the map
        </Link>
      </section>
    </main>
  )
}
