import { useSignal } from '@preact/signals'
import { chooseRange, chooseWindow, localText, RANGE_WORDS, RANGES, range } from '../state/range.ts'
import { Menu } from './menu.tsx'

/** Chooses the time range of every page. */

/** `2026-08-20T09:30`, the form of a datetime-local field, in the reader's time zone. */
const fieldText = (instant: number): string => localText(instant, false).replace(' ', 'T')

function CustomWindow({ close }: { close: () => void }) {
  const now = Date.now()
  const { name, from: known_from, to: known_to } = range.value
  const custom = name === 'custom'
  const from = useSignal(fieldText(custom ? Date.parse(known_from) : now - 3_600_000))
  const to = useSignal(fieldText(custom ? Date.parse(known_to) : now))
  const wrong = !(Date.parse(from.value) < Date.parse(to.value))
  return (
    <form
      class="custom-window"
      onSubmit={(event) => {
        event.preventDefault()
        if (wrong) return
        chooseWindow(new Date(from.value).toISOString(), new Date(to.value).toISOString())
        close()
      }}
    >
      <label>
        From
        <input
          type="datetime-local"
          step="1"
          value={from.value}
          onInput={(event) => {
            from.value = event.currentTarget.value
          }}
        />
      </label>
      <label>
        To
        <input
          type="datetime-local"
          step="1"
          value={to.value}
          onInput={(event) => {
            to.value = event.currentTarget.value
          }}
        />
      </label>
      <button type="submit" class="button primary" disabled={wrong}>
        {wrong ? 'From must be before to' : 'Show this window'}
      </button>
    </form>
  )
}

export function RangeMenu() {
  const { name, from, to } = range.value
  const label = name === 'custom' ? `${localText(from, false)} – ${localText(to, false)}` : RANGE_WORDS[name]
  return (
    <Menu
      title="Time range"
      label={
        <>
          {name === 'live' ? <span class="live-dot" aria-hidden="true" /> : null}
          {label}
        </>
      }
    >
      {(close) => (
        <>
          <ul class="choices">
            {RANGES.map((it) => (
              <li key={it}>
                <button
                  type="button"
                  class="choice"
                  aria-pressed={it === name}
                  onClick={() => {
                    chooseRange(it)
                    close()
                  }}
                >
                  {RANGE_WORDS[it]}
                  {it === 'live' ? <span class="muted">5 min window, by the second</span> : null}
                </button>
              </li>
            ))}
          </ul>
          <CustomWindow close={close} />
        </>
      )}
    </Menu>
  )
}
