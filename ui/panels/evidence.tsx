import type { EdgeAnswer, GraphEdge, IdentityRow } from '../../graph-api/contract.ts'
import { bytesText, durationText, shareText, wholeText } from '../../picture/format.ts'
import { Bar } from './lists.tsx'

/** How an edge is known: who counted it, how its caller has a name, how its calls are protected. */

const EVIDENCE: Record<string, string> = {
  mtls: 'certificate (mutual TLS)',
  trace: 'trace headers of its own tap',
  config: 'configuration',
  socket: 'the process that owns the socket',
  dns: 'DNS',
  address: 'address only',
  none: 'nothing',
}

const COUNTED: Record<string, string> = {
  server: 'the tap of the callee',
  client: 'the tap of the caller',
  observer: 'captured packets',
  otlp: 'spans of the programs',
  log: 'an access log',
}

const PROTECTED: Record<string, string> = { plaintext: 'plaintext', tls: 'TLS', mtls: 'mutual TLS' }

function Facts({ edge }: { edge: GraphEdge }) {
  const per_call = (bytes: number) => bytesText(edge.calls > 0 ? bytes / edge.calls : 0)
  return (
    <dl class="facts">
      <dt>Counted by</dt>
      <dd>{COUNTED[edge.reporter] ?? edge.reporter}</dd>
      <dt>Strongest evidence of the caller</dt>
      <dd>{EVIDENCE[edge.source_evidence] ?? edge.source_evidence}</dd>
      <dt>Trace continued</dt>
      <dd>{shareText(edge.traced)}</dd>
      <dt>Seen by the other side</dt>
      <dd>{wholeText(edge.other_side_calls)} calls</dd>
      <dt>Requests</dt>
      <dd>
        {bytesText(edge.request_bytes)}, {per_call(edge.request_bytes)} a call
      </dd>
      <dt>Answers</dt>
      <dd>
        {bytesText(edge.response_bytes)}, {per_call(edge.response_bytes)} a call
      </dd>
      <dt>First byte, p50</dt>
      <dd>{durationText(edge.ttfb_p50_us)}</dd>
    </dl>
  )
}

/** Share of the calls that a condition holds for. */
function shareOf(rows: readonly IdentityRow[], holds: (row: IdentityRow) => boolean): number {
  const all = rows.reduce((sum, row) => sum + row.calls, 0)
  return all === 0 ? 0 : rows.reduce((sum, row) => sum + (holds(row) ? row.calls : 0), 0) / all
}

function Identities({ rows }: { rows: readonly IdentityRow[] }) {
  const highest = rows[0]?.calls ?? 1
  return (
    <table class="plain" aria-label="Identities">
      <thead>
        <tr>
          <th scope="col">Caller known from</th>
          <th scope="col">Protected by</th>
          <th scope="col">Zones</th>
          <th scope="col" class="number">
            Calls
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={JSON.stringify(row)}>
            <td class="route" title={row.source_identity}>
              {row.source_identity || EVIDENCE[row.source_evidence]}
              <Bar share={row.calls / highest} />
            </td>
            <td>{PROTECTED[row.security]}</td>
            <td class="faint">
              {row.source_zone || '–'} → {row.destination_zone || '–'}
            </td>
            <td class="number">{wholeText(row.calls)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function Evidence({ answer }: { answer: EdgeAnswer }) {
  const { edges, identities } = answer
  return (
    <>
      {edges.map((edge) => (
        <div key={edge.protocol}>
          {edges.length > 1 ? <p class="eyebrow">{edge.protocol}</p> : null}
          <Facts edge={edge} />
        </div>
      ))}
      {identities.length > 0 ? (
        <>
          <dl class="facts">
            <dt>Mutual TLS</dt>
            <dd>{shareText(shareOf(identities, (row) => row.security === 'mtls'))}</dd>
            <dt>Within one zone</dt>
            <dd>
              {shareText(
                shareOf(
                  identities,
                  (row) => row.source_zone !== '' && row.source_zone === row.destination_zone,
                ),
              )}
            </dd>
          </dl>
          <Identities rows={identities} />
        </>
      ) : null}
    </>
  )
}
