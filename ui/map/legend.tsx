import type { Health } from '../../graph-api/contract.ts'
import { BADGES, DASHES, SLO_MARKS } from '../../picture/palette.ts'
import { HEALTH_WORDS } from '../../picture/sentence.ts'

/** What shapes, dashes and widths mean. */

const STATES: Health[] = ['ok', 'warn', 'bad', 'unknown', 'idle']

export function Legend() {
  return (
    <details class="legend">
      <summary>Legend</summary>
      <ul>
        {STATES.map((state) => (
          <li key={state} class={`is-${state}`}>
            <span class="legend-badge" aria-hidden="true">
              {BADGES[state]}
            </span>
            <svg viewBox="0 0 36 8" aria-hidden="true" class="edge">
              <path
                class={`edge-line is-${state}`}
                d="M0 4H36"
                stroke-width="2.500"
                stroke-dasharray={DASHES[state] || undefined}
              />
            </svg>
            <span>{HEALTH_WORDS[state]}</span>
          </li>
        ))}
      </ul>
      <p class="muted">
        A line is wider the more calls it carries. A dashed box is external, a dotted one calls without a tap,
        a stacked one stands for a group. Objectives: {SLO_MARKS.ok} kept, {SLO_MARKS.burning} at risk,{' '}
        {SLO_MARKS.exhausted} missed. A count after ▲ is of calls that a policy would lose, after ■ of calls
        it lost.
      </p>
    </details>
  )
}
