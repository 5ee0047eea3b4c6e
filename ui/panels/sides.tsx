import type { EdgeAnswer } from '../../graph-api/contract.ts'
import { durationText, shareText, wholeText } from '../../picture/format.ts'
import { Chart, type Line, wholeBuckets } from '../parts/chart.tsx'
import { errorClass, PlainHead } from '../parts/plain-table.tsx'

/** What the caller's and the callee's tap measured; the difference is the network's share. */

const WORDS: Record<string, string> = {
  client: 'Caller side',
  server: 'Callee side',
  otlp: 'Programs',
  observer: 'Packets',
  log: 'Access log',
}

/** Medians of both sides over time: the gap between the lines is the way between them. */
function SidesChart({ answer }: { answer: EdgeAnswer }) {
  const { series, sides } = answer
  const client = sides.find((side) => side.reporter === 'client')
  const server = sides.find((side) => side.reporter === 'server')
  if (!client || !server) return null
  const place = new Map(series.points.map(({ ts }, at) => [ts, at]))
  const line = (name: string, tone: Line['tone'], p50s: readonly number[]): Line => ({
    name,
    tone,
    gaps: true,
    value: ({ ts }) => p50s[place.get(ts) ?? -1] ?? 0,
  })
  return (
    <Chart
      title="Median of both sides"
      series={wholeBuckets(series, answer.window)}
      text={durationText}
      lines={[line('caller', 'warn', client.p50_series_us), line('callee', 'main', server.p50_series_us)]}
    />
  )
}

export function Sides({ answer, chart = false }: { answer: EdgeAnswer; chart?: boolean }) {
  const client = answer.sides.find((side) => side.reporter === 'client')
  const server = answer.sides.find((side) => side.reporter === 'server')
  return (
    <>
      <table class="plain" aria-label="Durations by side">
        <PlainHead words={['Side']} figures={['Calls', 'Failed', 'p50', 'p95', 'p99']} />
        <tbody>
          {answer.sides.map((side) => (
            <tr key={side.reporter} data-side={side.reporter}>
              <td>{WORDS[side.reporter] ?? side.reporter}</td>
              <td class="number">{wholeText(side.calls)}</td>
              <td class={errorClass(side.errors)}>{wholeText(side.errors)}</td>
              <td class="number">{durationText(side.p50_us)}</td>
              <td class="number">{durationText(side.p95_us)}</td>
              <td class="number">{durationText(side.p99_us)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {client && server && client.p50_us > 0 ? (
        <NetworkShare client_us={client.p50_us} network_us={answer.network_p50_us} />
      ) : (
        <p class="muted">Only one side has a tap here, so the network's share is not known.</p>
      )}
      {chart ? <SidesChart answer={answer} /> : null}
    </>
  )
}

function NetworkShare({ client_us, network_us }: { client_us: number; network_us: number }) {
  const share = Math.max(0, Math.min(1, network_us / client_us))
  return (
    <div class="network">
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="network-server" width={100 - share * 100} height="8" />
        <rect class="network-wire" x={100 - share * 100} width={share * 100} height="8" />
      </svg>
      <p class="network-words">
        <span>service {shareText(1 - share)}</span>
        <span>
          network {durationText(network_us)} ({shareText(share)})
        </span>
      </p>
    </div>
  )
}
