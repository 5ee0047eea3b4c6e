import type { CohortSignals, EvidenceAnswer } from '../../model/enforcement.ts'
import { durationText, shareText, wholeText } from '../../picture/format.ts'
import { PlainHead } from '../parts/plain-table.tsx'

/** Calls that were acted on beside those that were left alone, of the same time and the same edges. */

/** Fewer say nothing about a difference. */
const CALLS_MIN = 50

function CohortRow({ name, note, of }: { name: string; note: string; of: CohortSignals }) {
  return (
    <tr data-cohort={name}>
      <td>
        {name} <span class="faint">{note}</span>
      </td>
      <td class="number">{wholeText(of.calls)}</td>
      <td class="number">{wholeText(of.errors)}</td>
      <td class="number">{shareText(of.error_rate)}</td>
      <td class="number">{durationText(of.p50_us)}</td>
      <td class="number">{durationText(of.p99_us)}</td>
    </tr>
  )
}

/** `+0.4 points`, `−1.2 points`. */
function pointsText(difference: number): string {
  const points = difference * 100
  if (Math.abs(points) < 0.005) return 'no difference'
  return `${points > 0 ? '+' : '−'}${Math.abs(points).toFixed(Math.abs(points) < 1 ? 2 : 1)} points`
}

const ratioText = (a_us: number, b_us: number): string => (b_us > 0 ? `× ${(a_us / b_us).toFixed(2)}` : '–')

function DifferenceRow({ treated, control }: { treated: CohortSignals; control: CohortSignals }) {
  const worse = treated.error_rate > control.error_rate
  return (
    <tr class="difference">
      <td>Difference</td>
      <td />
      <td />
      <td class={`number ${worse ? 'is-warn' : ''}`}>
        {pointsText(treated.error_rate - control.error_rate)}
      </td>
      <td class="number">{ratioText(treated.p50_us, control.p50_us)}</td>
      <td class="number">{ratioText(treated.p99_us, control.p99_us)}</td>
    </tr>
  )
}

export function Cohorts({ evidence }: { evidence: EvidenceAnswer }) {
  const { treated, control, mode, percent } = evidence
  if (treated === null && control === null) {
    return (
      <p class="muted">
        {mode === 'enforce' && percent >= 100
          ? 'All traces are acted on, so there is no control cohort to compare with.'
          : 'Calls are not split yet: at an enforced share below 100 % the rest is the control cohort.'}
      </p>
    )
  }
  const few = Math.min(treated?.calls ?? 0, control?.calls ?? 0) < CALLS_MIN
  return (
    <>
      <div class="table-scroll inside">
        <table aria-label="Treated and control cohort">
          <PlainHead words={['Cohort']} figures={['Calls', 'Failed', 'Failed share', 'p50', 'p99']} />
          <tbody>
            {treated ? <CohortRow name="treated" note="acted on" of={treated} /> : null}
            {control ? <CohortRow name="control" note="left alone" of={control} /> : null}
            {treated && control && !few ? <DifferenceRow treated={treated} control={control} /> : null}
          </tbody>
        </table>
      </div>
      {few ? (
        <p class="muted">
          Too few calls to call anything a difference: {CALLS_MIN} in each cohort are the least.
        </p>
      ) : null}
    </>
  )
}
