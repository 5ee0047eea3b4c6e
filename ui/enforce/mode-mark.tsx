import type { Mode } from '../../model/feature.ts'
import { modeText } from './words.ts'

/** Mode and percentage as a form: a dashed ring says, a filled part of the ring acts. */

/** Of a circle of radius 3, whose stroke of 6 fills it. */
const ROUND = 2 * Math.PI * 3

export function ModeMark({ mode, percent }: { mode: Mode; percent: number }) {
  return (
    <svg class={`mode-mark mode-${mode}`} viewBox="0 0 16 16" aria-hidden="true">
      <circle class="mode-ring" cx="8" cy="8" r="6" />
      {mode === 'enforce' ? (
        <circle
          class="mode-part"
          cx="8"
          cy="8"
          r="3"
          transform="rotate(-90 8 8)"
          stroke-dasharray={`${(ROUND * percent) / 100} ${ROUND}`}
        />
      ) : null}
    </svg>
  )
}

/** The mark and its words. */
export function ModeWords({ mode, percent }: { mode: Mode; percent: number }) {
  return (
    <span class={`mode-words mode-${mode}`}>
      <ModeMark mode={mode} percent={percent} />
      {modeText(mode, percent)}
    </span>
  )
}
