import { MODES, type Mode } from '../../model/feature.ts'
import { ModeMark } from './mode-mark.tsx'

/** Mode of a feature, and the share of traces it acts on. */

const MODE_EFFECT: Readonly<Record<Mode, string>> = {
  disabled: 'does nothing',
  'dry-run': 'says, does not act',
  enforce: 'acts on a share',
}

export function ModeChoice(props: { chosen: Mode; locked: boolean; choose: (mode: Mode) => void }) {
  return (
    <fieldset class="modes">
      <legend class="hidden">Mode</legend>
      {MODES.map((mode) => (
        <label key={mode} class={`mode-choice ${props.chosen === mode ? 'chosen' : ''}`}>
          <input
            type="radio"
            name="mode"
            value={mode}
            checked={props.chosen === mode}
            disabled={mode === 'enforce' && props.locked}
            aria-describedby={mode === 'enforce' && props.locked ? 'locked' : undefined}
            onChange={() => props.choose(mode)}
          />
          <ModeMark mode={mode} percent={25} />
          <b>{mode}</b>
          <span class="muted">
            {mode === 'enforce' && props.locked ? 'locked, see below' : MODE_EFFECT[mode]}
          </span>
        </label>
      ))}
    </fieldset>
  )
}

const SHARES = ['1', '5', '10', '25', '50', '100']

export function PercentField({ value, set }: { value: string; set: (text: string) => void }) {
  return (
    <div class="setting">
      <label for="percent">percent</label>
      <span class="percent-row">
        <input
          id="percent"
          class="field"
          type="number"
          min="0"
          max="100"
          step="any"
          value={value}
          onInput={(event) => set(event.currentTarget.value)}
        />
        {SHARES.map((share) => (
          <button
            key={share}
            type="button"
            class="button small"
            aria-pressed={value === share}
            onClick={() => set(share)}
          >
            {share} %
          </button>
        ))}
      </span>
      <p class="muted">Share of traces it acts on; the rest is the control cohort.</p>
    </div>
  )
}
