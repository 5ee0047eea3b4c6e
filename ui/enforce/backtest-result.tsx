import type { BacktestAnswer, BacktestFeature } from '../../graph-api/contract.ts'
import type { Decision } from '../../model/decision.ts'
import { isLoss } from '../../model/decision.ts'
import { CATALOGUE, decisionText, type Feature } from '../../model/feature.ts'
import { shareText, wholeText } from '../../picture/format.ts'
import { Card } from '../parts/card.tsx'
import { Link } from '../parts/link.tsx'
import { PlainHead } from '../parts/plain-table.tsx'
import { callAddress } from '../state/location.ts'
import { localText } from '../state/range.ts'

/** What a policy would have done to recorded calls: what would be lost first, then feature by feature. */

/** Rows of one feature; the command line and the API have more. */
const ROWS_MAX = 12

const calls = (count: number): string => `${wholeText(count)} ${count === 1 ? 'call' : 'calls'}`
const part = (count: number, of: number): string => (of === 0 ? '' : ` (${shareText(count / of)})`)

/** Rule of three: what was not seen once in n calls has at most three chances in n. */
function chanceText({ unseen, calls: examined }: BacktestAnswer): string {
  if (!unseen) return ''
  return unseen.seen_once > 0 ? shareText(unseen.chance) : `at most ${shareText(Math.min(1, 3 / examined))}`
}

function Verdict({ answer }: { answer: BacktestAnswer }) {
  const [tone, mark, words] =
    answer.calls === 0
      ? ['is-warn', '▲', 'No call to these services was recorded in the window: nothing can be said.']
      : answer.would_lose > 0
        ? [
            'is-bad',
            '■',
            `This policy would have cost ${calls(answer.would_lose)}: denied, shed, or cut although they ended well.`,
          ]
        : ['is-ok', '●', 'This policy would have refused or cut no call that ended well.']
  return (
    <p class={`verdict ${tone}`} data-backtest={tone}>
      <span aria-hidden="true">{mark}</span>
      <b>{words}</b>
    </p>
  )
}

function Ground({ answer }: { answer: BacktestAnswer }) {
  const { window: span, coverage, elapsed_ms } = answer
  return (
    <p class="muted">
      {calls(answer.calls)} examined in {(elapsed_ms / 1000).toFixed(1)} s, {localText(span.from)} to{' '}
      {localText(span.to)}; {coverage.lost === 0 ? 'nothing lost' : `${wholeText(coverage.lost)} rows lost`}.
      {answer.unseen
        ? ` Chance that the next call is of a caller, method and route never seen: ${chanceText(answer)}.`
        : ''}
      {answer.silent.length > 0 ? ` Without a call in the window: ${answer.silent.join(', ')}.` : ''}
    </p>
  )
}

/** What would have happened to how many, part by part. */
function toldOf(feature: BacktestFeature): string[] {
  const { decisions, calls: all, refused, good_refused, good_cut, retries } = feature
  const told = Object.entries(decisions)
    .filter(([decision, count]) => decision !== 'pass' && count > 0)
    .map(
      ([decision, count]) =>
        `${wholeText(count)} ${decisionText(feature.feature as Feature, decision as Decision, false)}${part(count, all)}`,
    )
  if (refused > 0) told.push(`${wholeText(good_refused)} of the refused had ended well`)
  if (good_cut > 0) told.push(`${wholeText(good_cut)} of the cut had ended well`)
  if (retries && retries.failed > 0) {
    const { failed, recovered, retried, extra_load, over_budget, already_retried, unknown } = retries
    told.push(`${wholeText(failed)} failed${part(failed, all)}`)
    told.push(
      `${wholeText(recovered)} of the retried${part(recovered, retried)} with the next real call of their kind going well`,
    )
    told.push(`load +${shareText(extra_load)}`)
    if (unknown > 0) told.push(`${wholeText(unknown)} cannot be told`)
    if (over_budget > 0) told.push(`${wholeText(over_budget)} past the budget`)
    if (already_retried > 0)
      told.push(`${wholeText(already_retried)} were sent again by their callers already: the two multiply`)
  }
  return told.length === 0 ? ['nothing would have happened'] : told
}

function Rows({ feature }: { feature: BacktestFeature }) {
  const rows = feature.rows.slice(0, ROWS_MAX)
  if (rows.length === 0) return null
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section class="table-scroll inside" aria-label={`${feature.service}.${feature.feature}`} tabIndex={0}>
      <table>
        <PlainHead
          words={['Verdict', 'Caller', 'Request', 'Rule', 'Why']}
          figures={['Calls', 'Ended well', 'Such as']}
        />
        <tbody>
          {rows.map((row) => (
            <tr key={JSON.stringify([row.decision, row.source, row.method, row.route, row.rule, row.reason])}>
              <td class={isLoss(row.decision as Decision) ? 'is-warn' : ''}>
                {decisionText(feature.feature as Feature, row.decision as Decision, false)}
              </td>
              <td>{row.source}</td>
              <td class="mono">
                <span class="method">{row.method}</span> {row.route}
              </td>
              <td class="mono">{row.rule}</td>
              <td class="wrap">{row.reason}</td>
              <td class="number">{wholeText(row.calls)}</td>
              <td class="number">{wholeText(row.good)}</td>
              <td class="number">
                {row.samples.slice(0, 1).map((id) => (
                  <Link key={id} class="accent mono" to={callAddress(id)} title={`Call ${id}`}>
                    {id.slice(0, 6)}
                  </Link>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function FeatureCard({ feature }: { feature: BacktestFeature }) {
  const { worst, rows, endpoints } = feature
  const left_out = (endpoints ?? []).filter((it) => it.ejections > 0)
  return (
    <Card
      title={`${CATALOGUE[feature.feature as Feature]?.title ?? feature.feature} of ${feature.service}`}
      aside={`${calls(feature.calls)} judged`}
      full
    >
      <p class={feature.refused + feature.good_cut > 0 ? 'tone-text is-bad' : ''} data-told={feature.feature}>
        {toldOf(feature).join(', ')}
      </p>
      <Rows feature={feature} />
      {rows.length > ROWS_MAX ? (
        <p class="muted">and {rows.length - ROWS_MAX} more callers and routes</p>
      ) : null}
      {left_out.map((it) => (
        <p key={it.endpoint} class="muted">
          Endpoint <span class="mono">{it.endpoint}</span>: left out {wholeText(it.ejections)} times,{' '}
          {wholeText(it.ejected_s)} s in all
        </p>
      ))}
      {worst && worst.affected < feature.affected ? (
        <p class="muted">
          Worst {worst.seconds === 60 ? 'minute' : `${wholeText(worst.seconds)} s`}: {localText(worst.ts)},{' '}
          {wholeText(worst.affected)} of {calls(worst.calls)}
        </p>
      ) : null}
    </Card>
  )
}

export function BacktestResult({ answer }: { answer: BacktestAnswer }) {
  return (
    <>
      <Verdict answer={answer} />
      <Ground answer={answer} />
      <div class="cards">
        {answer.features.map((feature) => (
          <FeatureCard key={`${feature.service}.${feature.feature}`} feature={feature} />
        ))}
      </div>
      {answer.notes.length > 0 ? (
        <ul class="evidence-notes muted">
          {answer.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      ) : null}
    </>
  )
}
