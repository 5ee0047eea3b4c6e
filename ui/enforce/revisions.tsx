import type { ConfigAnswer, TapConfig } from '../../model/enforcement.ts'
import { ageText, agoText } from '../../picture/format.ts'
import { Link } from '../parts/link.tsx'
import { PlainHead } from '../parts/plain-table.tsx'
import { serviceAddress } from '../state/location.ts'

/** Which tap has which revision in force, and who refused it. */

type Standing = 'has it' | 'refused' | 'bypassed' | 'silent' | 'behind'

/** In a word; a tap that fell silent may have anything. */
export function standingOf(tap: TapConfig, revision: string): Standing {
  if (!tap.reachable) return 'silent'
  if (tap.bypassed) return 'bypassed'
  if (tap.result === 'nack') return 'refused'
  return tap.active === revision ? 'has it' : 'behind'
}

const MARKS: Readonly<Record<Standing, readonly [mark: string, tone: string]>> = {
  'has it': ['●', 'is-ok'],
  behind: ['○', 'is-unknown'],
  bypassed: ['▲', 'is-warn'],
  silent: ['▲', 'is-warn'],
  refused: ['■', 'is-bad'],
}

function StandingMark({ standing }: { standing: Standing }) {
  const [mark, tone] = MARKS[standing]
  return (
    <span class={`tone-text ${tone}`}>
      <span aria-hidden="true">{mark}</span> {standing}
    </span>
  )
}

function TapRow({ tap, revision }: { tap: TapConfig; revision: string }) {
  const seen_s = Math.max(0, (Date.now() - Date.parse(tap.seen_at)) / 1000)
  const remarks = [
    ...(tap.error ? [tap.error] : []),
    ...(tap.ignored.length > 0 ? [`does not know, so does not enforce: ${tap.ignored.join(', ')}`] : []),
    ...(tap.age_s > 0 ? [`from its disk, ${ageText(tap.age_s)} old`] : []),
  ]
  return (
    <tr data-tap={tap.tap}>
      <td class="mono">{tap.tap}</td>
      <td>
        <Link to={serviceAddress(tap.service)}>{tap.service}</Link>
      </td>
      <td>
        <StandingMark standing={standingOf(tap, revision)} />
        {remarks.map((remark) => (
          <span key={remark} class="cell-note">
            {remark}
          </span>
        ))}
      </td>
      <td class="mono">{tap.active === '' ? 'nothing' : tap.active}</td>
      <td class="number faint">{agoText(seen_s)}</td>
    </tr>
  )
}

/** `37 of 40 taps have revision a1.812; 2 refused, 1 silent`, with the list behind it. */
export function Revisions({ config }: { config: ConfigAnswer }) {
  const { taps, revision } = config
  if (taps.length === 0) {
    return (
      <p class="muted revisions">
        No tap has asked for the document yet: taps ask by themselves once they run.
      </p>
    )
  }
  const standings = taps.map((tap) => standingOf(tap, revision))
  const count = (wanted: Standing) => standings.filter((it) => it === wanted).length
  const others = (['refused', 'silent', 'bypassed', 'behind'] as const).filter((it) => count(it) > 0)
  const worst = taps.toSorted(
    (a, b) => Number(standingOf(a, revision) === 'has it') - Number(standingOf(b, revision) === 'has it'),
  )
  return (
    <details class="revisions" data-revisions open={count('refused') > 0}>
      <summary>
        <b>
          {count('has it')} of {taps.length}
        </b>{' '}
        {taps.length === 1 ? 'tap has' : 'taps have'} revision <span class="mono">{revision}</span>
        {others.map((it) => (
          <span key={it} class={`tone-text ${MARKS[it][1]}`}>
            {' · '}
            <span aria-hidden="true">{MARKS[it][0]}</span> {count(it)} {it}
          </span>
        ))}
      </summary>
      <table class="plain" aria-label="Taps">
        <PlainHead words={['Tap', 'Service', 'Standing', 'In force']} figures={['Seen']} />
        <tbody>
          {worst.map((tap) => (
            <TapRow key={tap.tap} tap={tap} revision={revision} />
          ))}
        </tbody>
      </table>
    </details>
  )
}
