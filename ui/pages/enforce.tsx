import type { ConfigAnswer, EnforcementAnswer } from '../../model/enforcement.ts'
import { apiAddress } from '../data/api.ts'
import { graph } from '../data/live-graph.ts'
import { useResource } from '../data/resource.ts'
import { BypassOn, BypassSwitch } from '../enforce/bypass.tsx'
import { DocumentNotes } from '../enforce/document-notes.tsx'
import { MATRIX_ROWS_MAX, Matrix, matrixRows } from '../enforce/matrix.tsx'
import { ModeWords } from '../enforce/mode-mark.tsx'
import { NoToken } from '../enforce/reason-form.tsx'
import { Revisions } from '../enforce/revisions.tsx'
import { fitsFilter, ServiceFilter } from '../enforce/service-filter.tsx'
import { VERDICT_PACE_MS, verdictSpan } from '../enforce/span.ts'
import { ControlHead } from '../enforce/tabs.tsx'
import { Command } from '../parts/copy.tsx'
import { Link } from '../parts/link.tsx'
import { ResourceView } from '../parts/not-in-window.tsx'
import { RangeMenu } from '../parts/range-menu.tsx'
import { SameView, tapmeshCommand } from '../parts/same-view.tsx'
import { featureAddress, queryValue } from '../state/location.ts'

/** What is rehearsed and what is enforced: every feature of every service. */

/** Services that are called, as far as the map knows; the busiest first. */
function calledServices(): string[] {
  const calls = new Map<string, number>()
  for (const edge of graph.value?.edges ?? [])
    calls.set(edge.destination, (calls.get(edge.destination) ?? 0) + edge.calls)
  return [...calls.keys()].sort((a, b) => calls.get(b)! - calls.get(a)!)
}

/** The first step, for the busiest service there is. */
function Begin({ service }: { service: string }) {
  return (
    <section class="begin" data-empty="nothing-set">
      <h2>Nothing is enforced</h2>
      <p class="muted">
        Taps relay and tell, and that is all. Begin with a dry run: a feature then says of every call what it
        would do, and does nothing. Choose a cell below, or:
      </p>
      <p>
        <Link class="button primary" to={featureAddress(service, 'timeouts')}>
          Begin with timeouts of {service}
        </Link>
      </p>
      <Command
        text={tapmeshCommand(['config', 'set', `${service}.timeouts`, 'mode=dry-run', 'request=2s'], {
          reason: 'a first look',
        })}
      />
    </section>
  )
}

function Legend() {
  return (
    <ul class="mode-legend" aria-label="What the marks mean">
      <li>
        <ModeWords mode="disabled" percent={0} /> does nothing
      </li>
      <li>
        <ModeWords mode="dry-run" percent={0} /> says what it would do
      </li>
      <li>
        <ModeWords mode="enforce" percent={25} /> acts on that share of traces
      </li>
    </ul>
  )
}

function Body({ answer }: { answer: EnforcementAnswer }) {
  const called = calledServices()
  const all = matrixRows(answer.cells, called)
  const rows = all.filter((row) => fitsFilter(row.service))
  const shown = rows.slice(0, MATRIX_ROWS_MAX)
  const first = called[0]
  return (
    <>
      {answer.cells.length === 0 && first !== undefined ? <Begin service={first} /> : null}
      {all.length === 0 ? (
        <p class="note">
          No service is known yet: neither the document nor a recorded call names one.{' '}
          <Link to="/setup">Set up</Link> says how to get the first call.
        </p>
      ) : shown.length === 0 ? (
        <p class="note">No service has “{queryValue('service')}” in its name.</p>
      ) : (
        <>
          <Matrix rows={shown} />
          <Legend />
        </>
      )}
      {rows.length > shown.length ? (
        <p class="note">
          The first {MATRIX_ROWS_MAX} of {rows.length} services. The filter finds the others.
        </p>
      ) : null}
    </>
  )
}

export function EnforcePage() {
  const { from, to } = verdictSpan.value
  const address = apiAddress('enforcement', { from, to })
  const asked = useResource<EnforcementAnswer>(address, true, VERDICT_PACE_MS)
  const config = useResource<ConfigAnswer>(apiAddress('config'), true, VERDICT_PACE_MS)
  return (
    <main class="page wide">
      <ControlHead title="Enforce">
        <RangeMenu />
        <ServiceFilter />
      </ControlHead>
      <BypassOn config={config.data ?? asked.data} />
      <DocumentNotes config={config.data} />
      <NoToken />
      {config.data && config.data.revision !== '0.0' ? (
        <div class="control-line">
          <Revisions config={config.data} />
          {config.data.bypass ? null : <BypassSwitch />}
        </div>
      ) : null}
      <ResourceView {...asked} what="What is enforced" lines={8}>
        {(answer) => <Body answer={answer} />}
      </ResourceView>
      <SameView command={tapmeshCommand(['enforcement'], { from, to })} address={address} />
    </main>
  )
}
