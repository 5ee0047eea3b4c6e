import type { EnforcementCell } from '../../model/enforcement.ts'
import { CATALOGUE, type Feature } from '../../model/feature.ts'
import { ageText, countText, wholeText } from '../../picture/format.ts'
import { Link } from '../parts/link.tsx'
import { featureAddress } from '../state/location.ts'
import { localText } from '../state/range.ts'
import { ModeWords } from './mode-mark.tsx'
import { differs, modeText } from './words.ts'

/** One feature of one service in the matrix: asked, in force, and what it said. */

function Verdicts({ cell }: { cell: EnforcementCell }) {
  if (cell.mode === 'disabled' && cell.calls === 0) return null
  if (cell.calls === 0) return <span class="cell-note">no verdict yet</span>
  const title = `${wholeText(cell.calls)} calls examined`
  if (cell.would + cell.acted === 0) {
    return (
      <span class="cell-note" title={title}>
        nothing in {countText(cell.calls)}
      </span>
    )
  }
  return (
    <span class="cell-note" title={title}>
      {cell.acted > 0 ? <b class="tone-text is-bad">touched {countText(cell.acted)}</b> : null}
      {cell.acted > 0 && cell.would > 0 ? ', ' : null}
      {cell.would > 0 ? <b class="tone-text is-warn">would touch {countText(cell.would)}</b> : null} of{' '}
      {countText(cell.calls)}
    </span>
  )
}

/** `in 3 min`, or that it is due. */
function inText(instant: string): string {
  const seconds = (Date.parse(instant) - Date.now()) / 1000
  return seconds <= 0 ? 'due now' : `in ${ageText(seconds)}`
}

function Rollout({ rollout }: { rollout: NonNullable<EnforcementCell['rollout']> }) {
  const { steps, at_step, next_at, held } = rollout
  return (
    <span class="cell-note" title={held ?? undefined}>
      step {at_step + 1} of {steps.length}
      {held === null ? (next_at === null ? '' : `, next ${inText(next_at)}`) : ', held'}
    </span>
  )
}

/** What makes a cell stand out: a latch, something else in force than asked, an end by its own clock. */
function Remarks({ cell }: { cell: EnforcementCell }) {
  return (
    <>
      {cell.latched ? (
        <span class="cell-remark is-bad" title={cell.latched.reason}>
          <span aria-hidden="true">■</span> latched: {cell.latched.reason}
        </span>
      ) : differs(cell) ? (
        <span class="cell-remark is-warn" title={cell.why ?? undefined}>
          <span aria-hidden="true">▲</span> {modeText(cell.mode_in_force, cell.percent_in_force)} in force
          {cell.why === null ? '' : `: ${cell.why}`}
        </span>
      ) : null}
      {cell.expires === null ? null : <span class="cell-note">ends {localText(cell.expires, false)}</span>}
    </>
  )
}

export function MatrixCell(props: { service: string; feature: Feature; cell: EnforcementCell | undefined }) {
  const { service, feature, cell } = props
  return (
    <Link class={`cell ${cell ? '' : 'cell-none'}`} to={featureAddress(service, feature)}>
      <span class="hidden">
        {service}, {CATALOGUE[feature].title}:{' '}
      </span>
      {cell ? (
        <>
          <ModeWords mode={cell.mode} percent={cell.percent} />
          <Remarks cell={cell} />
          {cell.rollout ? <Rollout rollout={cell.rollout} /> : null}
          <Verdicts cell={cell} />
          {cell.callers_overridden > 0 ? (
            <span class="cell-note">
              otherwise for {cell.callers_overridden} {cell.callers_overridden === 1 ? 'caller' : 'callers'}
            </span>
          ) : null}
        </>
      ) : (
        <>
          <span aria-hidden="true">–</span>
          <span class="hidden">not set</span>
        </>
      )}
    </Link>
  )
}
