import type { RefObject } from 'preact'
import { graph } from '../data/live-graph.ts'
import type { Direction } from '../find/walk.ts'
import { walk } from '../find/walk.ts'
import { isTyping } from '../parts/keys.ts'
import { clearFilter, findText, match, onlyProblems } from './choice.ts'
import type { MapHandle } from './graph-view.tsx'
import { picture } from './picture.ts'
import { selection, selectNode, selectNothing } from './selection.ts'

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
  const [shown, layout, found] = [graph.value, picture.value, match.value]
  if (!shown || !layout) return
  const seen = (id: string) => !found || found.nodes.has(id) || found.context.has(id)
  const positions = Object.fromEntries(Object.entries(layout.positions).filter(([id]) => seen(id)))
  const chosen = selection.value
  const at = focusedNode() ?? (chosen.kind === 'node' ? chosen.id : undefined)
  const next = walk(at, direction, positions, shown.edges)
  if (next === undefined) return
  handle.focus(next)
  // While a panel is open it follows the walk.
  if (chosen.kind !== 'none') selectNode(next)
}

/** Escape goes back one step: out of the panel to the map, out of the selection, out of the filter. */
function back(handle: MapHandle): void {
  const chosen = selection.value
  if (chosen.kind !== 'none') {
    selectNothing()
    if (chosen.kind === 'node') handle.focus(chosen.id)
  } else if (findText.value !== '' || onlyProblems.value) clearFilter()
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
    const in_panel = (event.target as Element).closest?.('.panel, .toolbar, details')
    if (direction && !in_panel) step(direction, map)
    else if (event.key === '/') document.querySelector<HTMLInputElement>('#find')?.focus()
    else if (event.key === '+' || event.key === '=') map.zoomBy(1.3)
    else if (event.key === '-') map.zoomBy(1 / 1.3)
    else if (event.key === '0') map.fit()
    else if ((event.key === 'Enter' || event.key === ' ') && focusedNode() !== undefined) {
      selectNode(focusedNode()!)
    } else return
    event.preventDefault()
  }
}
