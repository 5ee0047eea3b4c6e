import type { RefObject } from 'preact'
import { EDGE_METRICS } from '../../graph-api/picture/scene.ts'
import { graph, hold, holding } from '../data/live-graph.ts'
import { STATE_WORDS } from '../find/match.ts'
import { Menu } from '../parts/menu.tsx'
import { RangeMenu } from '../parts/range-menu.tsx'
import { announce } from '../parts/toast.tsx'
import { setQuery } from '../state/location.ts'
import { range } from '../state/range.ts'
import { edgeLabels, findText, METRIC_WORDS, match, onlyProblems, toggleLabel } from './choice.ts'
import type { MapHandle } from './graph-view.tsx'
import { tidy, undoTidy, untidied } from './picture.ts'

/** The row of controls above the map. */

export function tidyWithUndo(): void {
  tidy()
  announce('Tidied up', { word: 'Undo', run: undoTidy })
}

function Find() {
  const found = match.value
  const count = found ? found.nodes.size + found.edges.size : 0
  return (
    <div class="find">
      <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="7" cy="7" r="4.500" />
        <path d="M10.500 10.500L14 14" />
      </svg>
      <input
        id="find"
        type="search"
        placeholder="Find a service"
        aria-label={`Find: a part of a name, or ${STATE_WORDS.join(', ')}`}
        title={`A part of a name, or: ${STATE_WORDS.join(', ')}`}
        value={findText.value}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => setQuery({ find: event.currentTarget.value })}
      />
      {found ? <span class="find-count">{count}</span> : <kbd>/</kbd>}
    </div>
  )
}

function LabelMenu() {
  const chosen = edgeLabels.value
  const words = chosen.map((metric) => METRIC_WORDS[metric]).join(' + ')
  return (
    <Menu title="What edges are labelled with" label={words === '' ? 'No labels' : words}>
      {() => (
        <>
          <p class="sheet-title">Edge labels, two at most</p>
          <ul class="choices">
            {EDGE_METRICS.map((metric) => (
              <li key={metric}>
                <button
                  type="button"
                  class="choice"
                  aria-pressed={chosen.includes(metric)}
                  onClick={() => toggleLabel(metric)}
                >
                  {METRIC_WORDS[metric]}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </Menu>
  )
}

function problemCount(): number {
  return (graph.value?.edges ?? []).filter((edge) => edge.health === 'bad' || edge.health === 'warn').length
}

export function Toolbar() {
  const [paused, problems] = [holding.value.has('button'), problemCount()]
  return (
    <div class="toolbar" role="toolbar" aria-label="Map">
      <RangeMenu />
      <Find />
      <LabelMenu />
      <button
        type="button"
        class="button"
        aria-pressed={onlyProblems.value}
        onClick={() => setQuery({ problems: onlyProblems.value ? undefined : '1' })}
      >
        Only problems
        {problems > 0 ? <span class="count">{problems}</span> : null}
      </button>
      <span class="toolbar-gap" />
      {range.value.follows ? (
        <button type="button" class="button" aria-pressed={paused} onClick={() => hold('button', !paused)}>
          {paused ? 'Resume' : 'Pause'}
        </button>
      ) : null}
      <button type="button" class="button" title="Lay the map out anew" onClick={tidyWithUndo}>
        Tidy
      </button>
      {untidied.value ? (
        <button type="button" class="button quiet" onClick={undoTidy}>
          Undo tidy
        </button>
      ) : null}
    </div>
  )
}

export function ZoomButtons({ handle }: { handle: RefObject<MapHandle | null> }) {
  return (
    <div class="zoom-buttons">
      <button
        type="button"
        aria-label="Zoom in"
        title="Zoom in (+)"
        onClick={() => handle.current?.zoomBy(1.3)}
      >
        +
      </button>
      <button
        type="button"
        aria-label="Zoom out"
        title="Zoom out (-)"
        onClick={() => handle.current?.zoomBy(1 / 1.3)}
      >
        −
      </button>
      <button
        type="button"
        aria-label="Fit the whole map"
        title="Fit (0)"
        onClick={() => handle.current?.fit()}
      >
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M2.500 6V2.500H6M10 2.500H13.500V6M13.500 10V13.500H10M6 13.500H2.500V10" />
        </svg>
      </button>
    </div>
  )
}
