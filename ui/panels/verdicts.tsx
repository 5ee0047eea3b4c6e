import type { GraphEdge } from '../../graph-api/contract.ts'
import { isLoss } from '../../model/decision.ts'
import { wholeText } from '../../picture/format.ts'
import { decidedText } from '../../picture/verdict-words.ts'
import { Link } from '../parts/link.tsx'
import { addressOf, featureAddress } from '../state/location.ts'

/** What policies said of the calls of an edge; each line leads to its calls. */

type Verdict = NonNullable<GraphEdge['verdicts']>[number]

function VerdictRow({ edge, verdict }: { edge: GraphEdge; verdict: Verdict }) {
  const { source, destination } = edge
  const { feature, decision, acted, rule, calls } = verdict
  const tone = isLoss(decision) ? (acted ? 'is-bad' : 'is-warn') : ''
  const to = addressOf('/calls', {
    ...{ source, destination, verdict: `${feature}:${decision}` },
    [acted ? 'acted' : 'would']: decision,
  })
  return (
    <li class="verdict-row" data-verdict={`${feature}:${decision}`}>
      <Link class={`row tone-text ${tone}`} to={to}>
        {tone === '' ? null : <span aria-hidden="true">{acted ? '■' : '▲'}</span>}
        <span class="row-name">
          {wholeText(calls)} {calls === 1 ? 'call' : 'calls'} {decidedText(decision, acted)}
        </span>
      </Link>
      <span class="muted">
        <Link to={featureAddress(destination, feature)}>{feature}</Link>
        {rule === '' ? '' : `, rule ${rule}`}
      </span>
    </li>
  )
}

export function Verdicts({ edges }: { edges: readonly GraphEdge[] }) {
  return (
    <ul class="rows">
      {edges.flatMap((edge) =>
        (edge.verdicts ?? []).map((verdict) => (
          <VerdictRow key={`${edge.protocol} ${JSON.stringify(verdict)}`} edge={edge} verdict={verdict} />
        )),
      )}
    </ul>
  )
}

/** Whether any policy said anything of these edges. */
export const hasVerdicts = (edges: readonly GraphEdge[]): boolean =>
  edges.some((edge) => (edge.verdicts ?? []).length > 0)
