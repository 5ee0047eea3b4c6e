import type { Call } from '../../graph-api/contract.ts'
import { bytesText, durationText } from '../../graph-api/picture/format.ts'
import { RESPONSE_FLAGS } from '../../model/call.ts'
import { localText } from '../state/range.ts'

/** Everything that is known of one call. */

const FLAGS: Record<string, string> = RESPONSE_FLAGS

function flagWords(flags: string): string {
  return flags
    .split(',')
    .map((flag) => (FLAGS[flag] ? `${flag}: ${FLAGS[flag]}` : flag))
    .join('; ')
}

/** Name and value of each fact; empty values are left out. */
function factsOf(call: Call): [name: string, value: string][] {
  const instance = (address: string, zone: string, version: string) =>
    [address, zone, version && `v${version}`].filter(Boolean).join(' · ')
  const facts: [string, string][] = [
    ['Began', localText(call.ts)],
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
    ['Verdicts', call.verdicts.join(' ')],
    ['Trace', call.trace_id],
    ['Span', call.span_id],
    ['Parent', call.parent_span_id],
  ]
  for (const [name, value] of Object.entries(call.attributes)) facts.push([name, value])
  return facts.filter(([, value]) => value !== '')
}

export function CallDetail({ call }: { call: Call }) {
  return (
    <dl class="facts call-detail">
      {factsOf(call).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="mono">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
