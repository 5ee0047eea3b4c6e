import { useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { EDGE_METRICS } from '../../picture/scene.ts'
import { graph, hold, holding } from '../data/live-graph.ts'
import { FindBox } from '../find/find-box.tsx'
import { GroupMenu } from '../map/group-menu.tsx'
import type { MapHandle } from '../map/handle.ts'
import { tidy, undoTidy, untidied } from '../map/picture.ts'
import { match } from '../map/view.ts'
import { ViewsMenu } from '../map/views-menu.tsx'
import { later } from '../parts/later.tsx'
import { Menu } from '../parts/menu.tsx'
import { RangeMenu } from '../parts/range-menu.tsx'
import { announce } from '../parts/toast.tsx'
import { openReplay, replaying } from '../replay/replay.ts'
import { asked, edgeLabels, METRIC_WORDS, onlyProblems, toggleLabel } from '../state/choice.ts'
import { setQuery } from '../state/location.ts'
import { range } from '../state/range.ts'

/** The row of controls above the map. */

const ShareSheet = later(() => import('../share/share-menu.tsx').then((it) => it.ShareSheet))

export function tidyWithUndo(): void {
  tidy()
  announce('Tidied up', { word: 'Undo', run: undoTidy })
}

/** Find, and hide beside it once somebody wants it. */
function Filters() {
  const hiding = useSignal(false)
  const found = match.value
  const count = found && found.nodes.size + found.edges.size
  const is_open = hiding.value || asked.hide.value.text !== ''
  return (
    <>
      <FindBox box="find" found={count} />
      {is_open ? <FindBox box="hide" found={undefined} /> : null}
      {is_open ? null : (
        <button
          type="button"
          class="button"
          id="open-hide"
          title="Take services out of the picture (h)"
          onClick={() => {
            hiding.value = true
            window.requestAnimationFrame(() => document.getElementById('hide')?.focus())
          }}
        >
          Hide
        </button>
      )}
    </>
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
      <Filters />
      <LabelMenu />
      <GroupMenu />
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
      {range.value.follows && !replaying.value ? (
        <button type="button" class="button" aria-pressed={paused} onClick={() => hold('button', !paused)}>
          {paused ? 'Resume' : 'Pause'}
        </button>
      ) : null}
      {replaying.value ? null : (
        <button type="button" class="button" title="Play this window again (r)" onClick={openReplay}>
          Replay
        </button>
      )}
      <ViewsMenu />
      <Menu title="Save or share what you see" label="Share" align="right">
        {(close) => <ShareSheet close={close} />}
      </Menu>
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
