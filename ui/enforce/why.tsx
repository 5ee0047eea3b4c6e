import { isLoss } from '../../model/decision.ts'
import type { WhyAnswer } from '../../model/enforcement.ts'
import { CATALOGUE, decisionText } from '../../model/feature.ts'
import { Link } from '../parts/link.tsx'
import { featureAddress } from '../state/location.ts'
import { localText } from '../state/range.ts'

/** What each feature said about one call: the decision, the rule and its line, and who set it. */

type Verdict = WhyAnswer['verdicts'][number]

function VerdictItem({ verdict, service }: { verdict: Verdict; service: string }) {
  const { feature, decision, acted, rule, cohort, reason, place, set_by } = verdict
  const tone = isLoss(decision) ? (acted ? 'is-bad' : 'is-warn') : ''
  return (
    <li class="why" data-why={feature}>
      <p class="audit-head">
        <Link class="accent" to={featureAddress(service, feature)}>
          {CATALOGUE[feature].title}
        </Link>
        <b class={`tone-text ${tone}`}>
          {tone === '' ? null : <span aria-hidden="true">{acted ? '■ ' : '▲ '}</span>}
          {decisionText(feature, decision, acted)}
        </b>
        {rule === '' ? null : (
          <span class="muted">
            rule <span class="mono">{rule}</span>
          </span>
        )}
        {place === null ? null : <span class="mono faint">{place}</span>}
        {cohort === undefined ? null : <span class="tag">{cohort} cohort</span>}
      </p>
      <p>{reason}</p>
      {set_by ? (
        <p class="muted">
          Set by {set_by.actor}, {localText(set_by.at)}: “{set_by.reason}”
        </p>
      ) : null}
    </li>
  )
}

export function Why({ answer }: { answer: WhyAnswer }) {
  if (answer.verdicts.length === 0)
    return <p class="muted">No feature said anything about this call: none was in dry-run or enforced.</p>
  return (
    <ul class="whys">
      {answer.verdicts.map((verdict) => (
        <VerdictItem key={verdict.feature} verdict={verdict} service={answer.destination} />
      ))}
    </ul>
  )
}
