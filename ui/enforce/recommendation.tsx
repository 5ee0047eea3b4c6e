import type { RecommendationAnswer } from '../../graph-api/contract.ts'
import type { PoliciesAnswer } from '../../model/enforcement.ts'
import { wholeText } from '../../picture/format.ts'
import { apiAddress } from '../data/api.ts'
import { useResource } from '../data/resource.ts'
import { copyText } from '../parts/copy.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { PlainHead } from '../parts/plain-table.tsx'
import { saveFile } from '../parts/save.ts'
import { addressOf, go } from '../state/location.ts'
import { localText } from '../state/range.ts'
import { policyText } from './backtest-run.ts'
import { DiffLines } from './diff-lines.tsx'
import { proposalText, ruleDiff } from './proposal.ts'

/** Least privilege proposed from recorded calls, as a difference from the rules there are; never applied here. */

function Review({ rows }: { rows: RecommendationAnswer['review'] }) {
  if (rows.length === 0) return null
  return (
    <>
      <h3>Seen and not granted, for you to decide</h3>
      <table class="plain" aria-label="Seen and not granted">
        <PlainHead words={['Caller', 'Request', 'Why not']} figures={['Calls', 'Last seen']} />
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.source} ${row.method} ${row.route}`}>
              <td>{row.source}</td>
              <td class="mono">
                <span class="method">{row.method}</span> {row.route}
              </td>
              <td>{row.reason}</td>
              <td class="number">{wholeText(row.calls)}</td>
              <td class="number faint">{localText(row.last_seen, false)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

function Actions({ answer }: { answer: RecommendationAnswer }) {
  return (
    <p class="actions-row">
      <button
        type="button"
        class="button primary"
        onClick={() => {
          policyText.value = proposalText(answer)
          go(addressOf('/backtest'))
        }}
      >
        Back-test it
      </button>
      <button type="button" class="button" onClick={() => void copyText(proposalText(answer))}>
        Copy as YAML
      </button>
      <button
        type="button"
        class="button"
        onClick={() =>
          saveFile('proposed.yaml', new Blob([proposalText(answer)], { type: 'application/yaml' }))
        }
      >
        Save as YAML
      </button>
    </p>
  )
}

type Rules = PoliciesAnswer['services'][number]['rules']

export function Recommendation({ service, rules }: { service: string; rules: Rules }) {
  const address = apiAddress('recommendations', { service })
  const { data, error } = useResource<RecommendationAnswer>(address, false)
  if (error) return <Problem error={error} title={`Nothing can be proposed for ${service}`} />
  if (!data) return <Loading lines={3} />
  const lines = ruleDiff(rules, data.rules)
  const same = lines.every((line) => line.kind === 'kept')
  return (
    <div class="proposal" data-proposal={service}>
      <p>
        <b>
          Least privilege from {wholeText(data.calls)} calls
          {data.first_call === null ? '' : ` recorded since ${localText(data.first_call, false)}`}
        </b>{' '}
        <span class="muted">Nothing is applied: it is yours to read, to back-test and to set.</span>
      </p>
      {lines.length === 0 ? (
        <p class="muted">No call ended well, so nothing would be granted.</p>
      ) : (
        <DiffLines label={`Proposed rules of ${service}`} lines={lines} />
      )}
      {same && lines.length > 0 ? <p class="muted">The rules are just what the calls need.</p> : null}
      <Review rows={data.review} />
      <Actions answer={data} />
    </div>
  )
}
