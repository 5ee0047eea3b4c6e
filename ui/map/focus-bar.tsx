import { DEPTHS, focus, setFocus, WAYS, type Way } from '../state/choice.ts'
import { near } from './view.ts'

/** What the map is focused on: how far around it, and in which direction. */

const WAY_WORDS: Record<Way, string> = { both: 'Both ways', callers: 'Callers', callees: 'Callees' }

export function FocusBar() {
  const at = focus.value
  if (!at) return null
  const count = (near.value?.size ?? 1) - 1
  return (
    <section class="map-note focus-bar" aria-label="Focus">
      <span>
        Around <strong dir="auto">{at.id.length > 40 ? `${at.id.slice(0, 39)}…` : at.id}</strong>
      </span>
      <label>
        <span class="muted">Hops</span>
        <input
          type="range"
          min={DEPTHS[0]}
          max={DEPTHS.at(-1)}
          value={at.depth}
          aria-label="Hops around it"
          onInput={(event) => setFocus({ depth: Number(event.currentTarget.value) })}
        />
        {at.depth}
      </label>
      <select
        class="field"
        aria-label="Direction"
        value={at.way}
        onChange={(event) => setFocus({ way: event.currentTarget.value as Way })}
      >
        {WAYS.map((way) => (
          <option key={way} value={way}>
            {WAY_WORDS[way]}
          </option>
        ))}
      </select>
      <span class="muted">{count === 1 ? '1 other' : `${count} others`}</span>
      <button type="button" class="button quiet" onClick={() => setFocus(undefined)}>
        Clear
      </button>
    </section>
  )
}
