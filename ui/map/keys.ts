import type { RefObject } from 'preact'
import type { Direction } from '../find/walk.ts'
import { walk } from '../find/walk.ts'
import { isTyping } from '../parts/keys.ts'
import {
  closeReplay,
  openReplay,
  replaying,
  step as replayStep,
  showStep,
  togglePlay,
} from '../replay/replay.ts'
import { clearFilter, focus, isFiltered, setFocus } from '../state/choice.ts'
import { selection, selectNode, selectNothing } from '../state/selection.ts'
import type { MapHandle } from './handle.ts'
import { picture } from './picture.ts'
import { togglePaths } from './proven.ts'
import { drawn } from './view.ts'

/** The keys of the map. */

const ARROWS: Record<string, Direction> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}

function focusedNode(): string | undefined {
  return (document.activeElement as SVGElement | null)?.closest<SVGElement>('[data-node]')?.dataset['node']
}

function step(direction: Direction, handle: MapHandle): void {
  const [shown, layout] = [drawn.value?.graph, picture.value]
  if (!shown || !layout) return
  const seen = new Set(shown.nodes.map((node) => node.id))
  const positions = Object.fromEntries(Object.entries(layout.positions).filter(([id]) => seen.has(id)))
  const chosen = selection.value
  const at = focusedNode() ?? (chosen.kind === 'node' ? chosen.id : undefined)
  const next = walk(at, direction, positions, shown.edges)
  if (next === undefined) return
  handle.focus(next)
  // While a panel is open it follows the walk.
  if (chosen.kind !== 'none') selectNode(next)
}

/** Escape goes back one step: out of the panel to the map, out of the focus, the replay, the filter. */
function back(handle: MapHandle): void {
  const chosen = selection.value
  if (chosen.kind !== 'none') {
    selectNothing()
    if (chosen.kind === 'node') handle.focus(chosen.id)
  } else if (focus.value) setFocus(undefined)
  else if (replaying.value) closeReplay()
  else if (isFiltered.value) clearFilter()
}

/** The service that a key is about: where the keyboard is, else what is selected. */
function keyNode(): string | undefined {
  const chosen = selection.value
  return focusedNode() ?? (chosen.kind === 'node' ? chosen.id : undefined)
}

function focusOn(): void {
  const id = keyNode()
  if (id !== undefined) setFocus(focus.value?.id === id ? undefined : { id })
}

/** What a key does where it does anything on the map. */
const ACTIONS: Record<string, (map: MapHandle) => void> = {
  '/': () => document.getElementById('find')?.focus(),
  h: () => {
    const box = document.getElementById('hide')
    if (box) box.focus()
    else document.getElementById('open-hide')?.click()
  },
  '+': (map) => map.zoomBy(1.3),
  '=': (map) => map.zoomBy(1.3),
  '-': (map) => map.zoomBy(1 / 1.3),
  '0': (map) => map.fit(),
  f: focusOn,
  p: () => {
    if (selection.value.kind === 'node') togglePaths()
  },
  r: () => {
    if (replaying.value) closeReplay()
    else openReplay()
  },
  '[': (map) => step('left', map),
  ']': (map) => step('right', map),
}

const REPLAY_ACTIONS: Record<string, () => void> = {
  ' ': togglePlay,
  ',': () => showStep(replayStep.value - 1),
  '.': () => showStep(replayStep.value + 1),
}

export function mapKeys(handle: RefObject<MapHandle | null>): (event: KeyboardEvent) => void {
  return (event) => {
    const map = handle.current
    if (!map || event.altKey || event.ctrlKey || event.metaKey) return
    if (event.key === 'Escape') {
      if (isTyping(event)) (event.target as HTMLElement).blur()
      else back(map)
      return
    }
    if (isTyping(event)) return
    const direction = ARROWS[event.key]
    const target = event.target as Element
    const in_panel = target.closest?.('.panel, .toolbar, .scrubber, .map-note, details')
    const on_node = focusedNode() !== undefined
    if (direction && !in_panel) step(direction, map)
    else if ((event.key === 'Enter' || event.key === ' ') && on_node) selectNode(focusedNode()!)
    else if (replaying.value && !in_panel && REPLAY_ACTIONS[event.key]) REPLAY_ACTIONS[event.key]!()
    else if (ACTIONS[event.key]) ACTIONS[event.key]!(map)
    else return
    event.preventDefault()
  }
}
