import type { Call } from '../../graph-api/contract.ts'
import { isLoss } from '../../model/decision.ts'
import { CATALOGUE, decisionText } from '../../model/feature.ts'
import { parseVerdict } from '../../model/verdict.ts'
import { durationText } from '../../picture/format.ts'
import { StatusChip } from '../parts/health.tsx'
import { Link } from '../parts/link.tsx'
import { queryValue, serviceAddress, setQuery, traceAddress } from '../state/location.ts'
import { clockText, localText } from '../state/range.ts'
import { CallDetail } from './call-detail.tsx'

/** Calls as rows; a click opens one for its details. A call between two taps is two rows, one from each side. */

const SEEN_BY: Readonly<Record<Call['reporter'], string>> = {
  client: "The caller's tap saw it leave",
  server: "The called service's tap saw it arrive",
  observer: 'Read from packets',
  otlp: 'Reported by the application',
  log: 'Read from an access log',
}

const isToday = (ts: string): boolean => new Date(ts).toDateString() === new Date().toDateString()

/** `cart calls payment, POST /payments, 503 server error, 31 ms, seen by the server side`. */
function sentenceOf(call: Call): string {
  const answer = `${call.status} ${call.outcome === 'ok' ? '' : call.outcome.replace('_', ' ')}`.trim()
  return `${call.source} calls ${call.destination}, ${call.method} ${call.path}, ${answer}, ${durationText(call.duration_us)}, seen by the ${call.reporter} side`
}

/** The first verdict that costs the caller the answer. */
function VerdictMark({ verdicts }: Pick<Call, 'verdicts'>) {
  const loss = verdicts.map(parseVerdict).find((it) => it !== undefined && isLoss(it.decision))
  if (!loss) return null
  const { decision, acted, feature } = loss
  return (
    <span class={`verdict-mark tone-text ${acted ? 'is-bad' : 'is-warn'}`} title={CATALOGUE[feature].title}>
      <span aria-hidden="true">{acted ? '■' : '▲'}</span> {decisionText(feature, decision, acted)}
    </span>
  )
}

function Row({ call, open }: { call: Call; open: boolean }) {
  const toggle = () => setQuery({ call: open ? undefined : call.id })
  return (
    <>
      <tr class={`call-row ${open ? 'open' : ''}`} data-call={call.id} onClick={toggle}>
        <td class="row-time">
          <button
            type="button"
            class="expand"
            aria-expanded={open}
            aria-label={`${sentenceOf(call)}: details`}
            onClick={(event) => {
              event.stopPropagation()
              toggle()
            }}
          >
            <span aria-hidden="true">{open ? '▾' : '▸'}</span>
          </button>
          {isToday(call.ts) ? clockText(call.ts) : localText(call.ts)}
        </td>
        <td>
          <StatusChip status={call.status} outcome={call.outcome} flags={call.response_flags} />
          <VerdictMark verdicts={call.verdicts} />
        </td>
        <td class="between">
          <Link to={serviceAddress(call.source)}>{call.source}</Link>
          <span class="faint"> → </span>
          <Link to={serviceAddress(call.destination)}>{call.destination}</Link>
        </td>
        <td class="mono path" title={`${call.method} ${call.path}`}>
          <span class="method">{call.method}</span> {call.path}
        </td>
        <td class="seen-by" title={SEEN_BY[call.reporter]}>
          {call.reporter}
        </td>
        <td class="number">{durationText(call.duration_us)}</td>
        <td class="trace-cell">
          <Link to={traceAddress(call.trace_id)} title={call.trace_id}>
            {call.trace_id.slice(0, 8)}
          </Link>
        </td>
      </tr>
      {open ? (
        <tr class="detail-row">
          <td colSpan={7}>
            <CallDetail call={call} actions />
          </td>
        </tr>
      ) : null}
    </>
  )
}

export function CallRows({ rows }: { rows: readonly Call[] }) {
  const open = queryValue('call')
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section class="table-scroll calls-table" aria-label="Calls" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Status</th>
            <th scope="col">Source → destination</th>
            <th scope="col">Request</th>
            <th scope="col">Seen by</th>
            <th scope="col" class="number">
              Duration
            </th>
            <th scope="col">Trace</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((call) => (
            <Row key={call.id} call={call} open={call.id === open} />
          ))}
        </tbody>
      </table>
    </section>
  )
}
