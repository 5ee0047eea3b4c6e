import { useSignal } from '@preact/signals'
import type { PoliciesAnswer } from '../../model/enforcement.ts'
import { wholeText } from '../../picture/format.ts'
import { apiAddress } from '../data/api.ts'
import { graph } from '../data/live-graph.ts'
import { paceOf, useResource } from '../data/resource.ts'
import { ModeWords } from '../enforce/mode-mark.tsx'
import { Recommendation } from '../enforce/recommendation.tsx'
import { RuleTable } from '../enforce/rule-table.tsx'
import { fitsFilter, ServiceFilter } from '../enforce/service-filter.tsx'
import { verdictSpan } from '../enforce/span.ts'
import { ControlHead } from '../enforce/tabs.tsx'
import { Card } from '../parts/card.tsx'
import { Link } from '../parts/link.tsx'
import { ResourceView } from '../parts/not-in-window.tsx'
import { RangeMenu } from '../parts/range-menu.tsx'
import { SameView, tapmeshCommand } from '../parts/same-view.tsx'
import { addressOf, featureAddress, queryValue, setQuery } from '../state/location.ts'

/** Rules of authorization: which calls meet them, which rules no call needs, and what would be denied. */

type Service = PoliciesAnswer['services'][number]

/** Calls that were, or would be, denied. */
function Denied({ service }: { service: Service }) {
  const { would_deny, denied, service: destination } = service
  const calls = (what: 'would' | 'acted') =>
    addressOf('/calls', { destination, verdict: 'authorization:deny', [what]: 'deny' })
  if (would_deny + denied === 0) return <span>every call of the window is allowed</span>
  return (
    <>
      {denied > 0 ? (
        <Link class="tone-text is-bad" to={calls('acted')}>
          <span aria-hidden="true">■</span> {wholeText(denied)} calls denied
        </Link>
      ) : null}
      {denied > 0 && would_deny > 0 ? ', ' : null}
      {would_deny > 0 ? (
        <Link class="tone-text is-warn" to={calls('would')}>
          <span aria-hidden="true">▲</span> {wholeText(would_deny)} calls that no rule allows
        </Link>
      ) : null}
    </>
  )
}

function Propose({ service, rules }: { service: string; rules: Service['rules'] }) {
  const open = useSignal(false)
  return open.value ? (
    <Recommendation service={service} rules={rules} />
  ) : (
    <p class="actions-row">
      <button
        type="button"
        class="button"
        onClick={() => {
          open.value = true
        }}
      >
        Propose from recorded calls
      </button>
      <Link class="button quiet" to={featureAddress(service, 'authorization')}>
        Evidence and mode
      </Link>
    </p>
  )
}

function ServiceCard({ service }: { service: Service }) {
  return (
    <Card
      title={service.service}
      aside={
        <>
          <ModeWords mode={service.mode} percent={service.percent} />{' '}
          <span>
            · default <b>{service.default}</b>
          </span>
        </>
      }
      full
    >
      <p class="denied-line" data-denied={service.service}>
        <Denied service={service} />
      </p>
      <RuleTable service={service} />
      <Propose service={service.service} rules={service.rules} />
    </Card>
  )
}

/** Services that are called and that the document gives no rules: a proposal is the way to begin. */
function Others({ ruled }: { ruled: readonly Service[] }) {
  const known = new Set(ruled.map((it) => it.service))
  const others = [...new Set((graph.value?.edges ?? []).map((edge) => edge.destination))]
    .filter((id) => !known.has(id))
    .sort()
  const chosen = queryValue('propose')
  if (others.length === 0) return null
  return (
    <Card title={ruled.length === 0 ? 'No service has rules yet' : 'Services without rules'} full>
      <p class="muted">
        Without rules nothing is denied. Least privilege can be proposed from the calls of the last 30 days:
        who called what, and whether it went well.
      </p>
      <p class="actions-row">
        <select
          class="field"
          aria-label="Service to propose rules for"
          value={chosen}
          onChange={(event) => setQuery({ propose: event.currentTarget.value }, false)}
        >
          <option value="">Choose a service</option>
          {others.map((id) => (
            <option key={id} value={id}>
              {id}
            </option>
          ))}
        </select>
      </p>
      {others.includes(chosen) ? <Recommendation key={chosen} service={chosen} rules={[]} /> : null}
    </Card>
  )
}

export function PoliciesPage() {
  const { from, to } = verdictSpan.value
  const address = apiAddress('policies', { from, to })
  const asked = useResource<PoliciesAnswer>(address, true, paceOf(address))
  return (
    <main class="page">
      <ControlHead title="Rules">
        <RangeMenu />
        <ServiceFilter />
      </ControlHead>
      <ResourceView {...asked} what="The rules" lines={8}>
        {({ services }) => (
          <div class="cards">
            {services
              .filter((it) => fitsFilter(it.service))
              .map((it) => (
                <ServiceCard key={it.service} service={it} />
              ))}
            <Others ruled={services} />
          </div>
        )}
      </ResourceView>
      <SameView command={tapmeshCommand(['config', 'get'])} address={address} />
    </main>
  )
}
