import type { ComponentChildren } from 'preact'
import type { Call, GraphEdge, RouteRow, StatusRow } from '../../graph-api/contract.ts'
import { RESPONSE_FLAGS } from '../../model/call.ts'
import { durationText, rateText, shareText, wholeText } from '../../picture/format.ts'
import { HealthMark, StatusChip } from '../parts/health.tsx'
import { Link } from '../parts/link.tsx'
import { errorClass, PlainHead } from '../parts/plain-table.tsx'
import { edgeAddress, traceAddress } from '../state/location.ts'
import { isMap } from '../state/page.ts'
import { clockText } from '../state/range.ts'
import { selectEdge } from '../state/selection.ts'

/** The lists that panels and pages share. */

/** A name as heading: of the page where it has one to itself, else of the panel. */
export function NameHeading({
  title,
  class: more,
  children,
}: {
  title?: string
  class?: string
  children: ComponentChildren
}) {
  const Heading = isMap.value ? 'h2' : 'h1'
  return (
    <Heading class={`name ${more ?? ''}`} title={title}>
      {children}
    </Heading>
  )
}

export function Section({
  title,
  aside,
  children,
}: {
  title: string
  aside?: ComponentChildren
  children: ComponentChildren
}) {
  const Heading = isMap.value ? 'h3' : 'h2'
  return (
    <section class="section">
      <Heading class="section-title">
        {title}
        {aside ? <span class="section-aside">{aside}</span> : null}
      </Heading>
      {children}
    </section>
  )
}

/** Edges as rows; on the map a row selects its edge, elsewhere it leads to the edge's page. */
export function EdgeList({
  edges,
  name,
  none,
}: {
  edges: readonly GraphEdge[]
  name: (edge: GraphEdge) => string
  none: string
}) {
  if (edges.length === 0) return <p class="muted">{none}</p>
  return (
    <ul class="rows">
      {edges.map((edge) => {
        const inside = (
          <>
            <HealthMark health={edge.health} />
            <span class="row-name">{name(edge)}</span>
            <span class="row-number">{rateText(edge.rate)}</span>
            <span class={`row-number ${edge.errors > 0 ? `is-${edge.health}` : 'faint'}`}>
              {shareText(edge.error_rate)}
            </span>
            <span class="row-number">{durationText(edge.p95_us)}</span>
          </>
        )
        return (
          <li key={`${edge.source} ${edge.destination} ${edge.protocol}`}>
            {isMap.value ? (
              <button type="button" class="row" onClick={() => selectEdge(edge.source, edge.destination)}>
                {inside}
              </button>
            ) : (
              <Link class="row" to={edgeAddress(edge.source, edge.destination)}>
                {inside}
              </Link>
            )}
          </li>
        )
      })}
    </ul>
  )
}

export function RouteList({ routes, most }: { routes: readonly RouteRow[]; most: number }) {
  if (routes.length === 0) return <p class="muted">No routes in this window.</p>
  const top = routes.toSorted((a, b) => b.calls - a.calls)
  const highest = top[0]?.calls ?? 1
  return (
    <table class="plain" aria-label="Routes">
      <PlainHead words={['Route']} figures={['Calls', 'Errors', 'p95']} />
      <tbody>
        {top.slice(0, most).map((row) => (
          <tr key={`${row.protocol} ${row.method} ${row.route}`}>
            <td class="route" title={`${row.method} ${row.route}`}>
              <span class="method">{row.method}</span> {row.route}
              <Bar share={row.calls / highest} />
            </td>
            <td class="number">{wholeText(row.calls)}</td>
            <td class={errorClass(row.errors)}>{shareText(row.error_rate)}</td>
            <td class="number">{durationText(row.p95_us)}</td>
          </tr>
        ))}
      </tbody>
      {top.length > most ? (
        <tfoot>
          <tr>
            <td colSpan={4} class="muted">
              and {top.length - most} more
            </td>
          </tr>
        </tfoot>
      ) : null}
    </table>
  )
}

/** A thin bar for a share 0..1. */
export function Bar({ share, tone = 'main' }: { share: number; tone?: string }) {
  return (
    <svg class={`bar tone-${tone}`} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect class="bar-back" width="100" height="4" />
      <rect class="bar-front" width={Math.max(0, Math.min(1, share || 0)) * 100} height="4" />
    </svg>
  )
}

const FLAGS: Readonly<Record<string, string>> = RESPONSE_FLAGS

/** Statuses with their share of all; `words` says what the flags mean. */
export function StatusList({ statuses, words = false }: { statuses: readonly StatusRow[]; words?: boolean }) {
  const total = statuses.reduce((sum, row) => sum + row.calls, 0) || 1
  const flags = [...new Set(statuses.flatMap((row) => row.response_flags.split(',')).filter(Boolean))]
  return (
    <>
      <ul class="statuses">
        {statuses.map((row) => (
          <li key={`${row.status} ${row.outcome} ${row.response_flags}`}>
            <StatusChip status={row.status} outcome={row.outcome} flags={row.response_flags} />
            <Bar
              share={row.calls / total}
              tone={row.outcome === 'ok' ? 'main' : row.outcome === 'client_error' ? 'warn' : 'bad'}
            />
            <span class="row-number">{wholeText(row.calls)}</span>
            <span class="row-number faint">{shareText(row.calls / total)}</span>
          </li>
        ))}
      </ul>
      {words && flags.length > 0 ? (
        <dl class="facts flags">
          {flags.map((flag) => (
            <div key={flag}>
              <dt>{flag}</dt>
              <dd>{FLAGS[flag] ?? 'not known here'}</dd>
            </div>
          ))}
        </dl>
      ) : null}
    </>
  )
}

/** A few calls, each leading to its trace. */
export function CallList({ calls }: { calls: readonly Call[] }) {
  return (
    <ul class="rows calls-short">
      {calls.map((call) => (
        <li key={call.id} data-call={call.id}>
          <Link class="row" to={traceAddress(call.trace_id)} title={`Trace ${call.trace_id}`}>
            <span class="row-time">{clockText(call.ts, false)}</span>
            <StatusChip status={call.status} outcome={call.outcome} flags={call.response_flags} />
            <span class="row-name mono">
              <span class="method">{call.method}</span> {call.path}
            </span>
            <span class="row-number">{durationText(call.duration_us)}</span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
