import type { Call } from '../../graph-api/contract.ts'
import { RESPONSE_FLAGS } from '../../model/call.ts'
import { CATALOGUE, decisionText } from '../../model/feature.ts'
import { parseVerdict } from '../../model/verdict.ts'
import { bytesText, durationText } from '../../picture/format.ts'
import { copyText } from '../parts/copy.tsx'
import { Link } from '../parts/link.tsx'
import { addressOf, callAddress, edgeAddress, traceAddress } from '../state/location.ts'
import { localText } from '../state/range.ts'
import { curlOf } from './curl.ts'

/** Everything that is known of one call. */

const FLAGS: Record<string, string> = RESPONSE_FLAGS

function flagWords(flags: string): string {
  return flags
    .split(',')
    .map((flag) => (FLAGS[flag] ? `${flag}: ${FLAGS[flag]}` : flag))
    .join('; ')
}

/** `authorization`: `would be denied, rule default, control cohort`; as it stands where this version does not know it. */
function verdictFact(text: string): [name: string, value: string] {
  const verdict = parseVerdict(text)
  if (!verdict) return ['Verdict', text]
  const { feature, decision, acted, rule, cohort } = verdict
  const parts = [decisionText(feature, decision, acted)]
  if (rule !== '') parts.push(`rule ${rule}`)
  if (cohort !== undefined) parts.push(`${cohort} cohort`)
  return [CATALOGUE[feature].title, parts.join(', ')]
}

/** Name and value of each fact; empty values are left out. */
function factsOf(call: Call): [name: string, value: string][] {
  const instance = (address: string, zone: string, version: string) =>
    [address, zone, version].filter(Boolean).join(' · ')
  const facts: [string, string][] = [
    ['Began', `${localText(call.ts)}${/\.\d+/.exec(call.ts)?.[0] ?? ''}`],
    ['Duration', durationText(call.duration_us)],
    ['First byte', call.ttfb_us > 0 ? durationText(call.ttfb_us) : 'none came'],
    ['Inside the tap', durationText(call.tap_us)],
    ['Route', call.route],
    ['Outcome', call.outcome.replace('_', ' ')],
    ['Flags', call.response_flags && flagWords(call.response_flags)],
    ['Request', bytesText(call.request_bytes)],
    ['Answer', bytesText(call.response_bytes)],
    ['Attempt', call.attempt > 1 ? String(call.attempt) : ''],
    ['Protocol', `${call.protocol}, ${call.security}`],
    ['Seen by', `${call.reporter} tap ${call.tap}`],
    ['Source', instance(call.source_instance, call.source_zone, '')],
    ['Source known from', call.source_evidence],
    ['Source identity', call.source_identity],
    ['Destination', instance(call.destination_instance, call.destination_zone, call.destination_version)],
    ...call.verdicts.map(verdictFact),
    ['Trace', call.trace_id],
    ['Span', call.span_id],
    ['Parent', call.parent_span_id],
  ]
  for (const [name, value] of Object.entries(call.attributes)) facts.push([name, value])
  return facts.filter(([, value]) => value !== '')
}

/** What can be done with a call: its trace, its edge, the same request again. */
function CallActions({ call }: { call: Call }) {
  const { source, destination, trace_id } = call
  return (
    <p class="panel-links call-actions">
      <Link to={traceAddress(trace_id)}>Open trace</Link>
      <Link to={edgeAddress(source, destination)}>Open edge</Link>
      <Link to={addressOf('/map', { source, destination })}>Show on map</Link>
      <Link to={addressOf('/calls', { trace_id, range: '7d' })}>Calls of this trace</Link>
      {call.verdicts.length > 0 ? <Link to={callAddress(call.id)}>Why a policy said so</Link> : null}
      {call.protocol === 'http' ? (
        <button
          type="button"
          class="link-button"
          title="Without query string, headers and body, which are not recorded"
          onClick={() => void copyText(curlOf(call))}
        >
          Copy as curl
        </button>
      ) : null}
    </p>
  )
}

export function CallDetail({ call, actions = false }: { call: Call; actions?: boolean }) {
  return (
    <>
      {actions ? <CallActions call={call} /> : null}
      <dl class="facts call-detail">
        {factsOf(call).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="mono">{value}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}
