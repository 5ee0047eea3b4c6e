import { effect, signal, untracked } from '@preact/signals'
import type { Graph } from '../../graph-api/contract.ts'
import type { Layout, Point } from '../../picture/layout.ts'
import { layout } from '../../picture/layout.ts'
import { frameOf } from '../../picture/spacing.ts'
import { draggedPositions, keepPosition, loadPositions, replacePositions } from '../data/positions.ts'
import { recall, remember } from '../state/memory.ts'
import { nextLayout } from './next-layout.ts'
import { placed } from './view.ts'

/** The layout on screen: nodes stay where they are until somebody moves them or asks for Tidy. */

export const picture = signal<Layout | undefined>(undefined)
/** What Tidy replaced, for its undo. */
export const untidied = signal<Layout | undefined>(undefined)
/** Counts fresh layouts, so that the view can fit and animate. */
export const freshness = signal(0)

/** Positions of every node seen so far, so that one that comes back stands where it stood. */
let remembered: Pick<Layout, 'positions' | 'spacing'> | undefined

function keep(next: Layout): void {
  remembered = { spacing: next.spacing, positions: { ...remembered?.positions, ...next.positions } }
  remember('session', 'picture', JSON.stringify(remembered))
  picture.value = next
}

function sameNames(next: Graph, shown: Layout | undefined): boolean {
  return (
    shown !== undefined &&
    next.nodes.length === Object.keys(shown.positions).length &&
    next.nodes.every((node) => Object.hasOwn(shown.positions, node.id))
  )
}

/** A box stands where the one of its services stood that is nearest to their middle; that place is free. */
function placeBoxes(members: ReadonlyMap<string, readonly string[]>): void {
  for (const [box, ids] of members) {
    if (!remembered || Object.hasOwn(remembered.positions, box)) continue
    const { positions } = remembered
    const points = ids.filter((id) => Object.hasOwn(positions, id)).map((id) => positions[id]!)
    if (points.length === 0) continue
    const middle = (read: (point: Point) => number) =>
      points.reduce((sum, point) => sum + read(point), 0) / points.length
    const [x, y] = [middle((it) => it.x), middle((it) => it.y)]
    const [nearest] = points.sort((a, b) => Math.hypot(a.x - x, a.y - y) - Math.hypot(b.x - x, b.y - y))
    positions[box] = { ...nearest! }
  }
}

/** Keeps the picture in step with the graph; call once. */
export async function followPicture(): Promise<void> {
  const stored = recall('session', 'picture')
  if (stored) remembered = JSON.parse(stored) as typeof remembered
  const places = await loadPositions()
  // What others moved meanwhile, and what a link says, counts more than what this tab remembers.
  if (remembered) Object.assign(remembered.positions, places)
  effect(() => {
    const next = placed.value?.graph
    if (!next) return
    untracked(() => {
      if (sameNames(next, picture.value)) return
      placeBoxes(placed.value!.members)
      const { layout: made, fresh } = nextLayout(next, remembered, draggedPositions())
      if (fresh) remembered = undefined
      keep(made)
      if (fresh) freshness.value++
    })
  })
}

/** As exact as a link says it. */
const rounded = ({ x, y }: Point): Point => ({ x: Math.round(x * 10) / 10, y: Math.round(y * 10) / 10 })

/** Moves one node by hand. */
export function moveNode(id: string, to: Point, done: boolean): void {
  const shown = picture.value
  if (!shown) return
  const point = rounded(to)
  const positions = { ...shown.positions, [id]: point }
  const next = { ...shown, positions, ...frameOf(positions, shown.spacing) }
  if (!done) {
    picture.value = next
    return
  }
  keep(next)
  keepPosition(id, point)
}

/** Lays everything out anew; `undoTidy` brings the old picture back. */
export function tidy(): void {
  const next = placed.value?.graph
  if (!next || !picture.value) return
  untidied.value = picture.value
  remembered = undefined
  const tidied = layout(next)
  replacePositions(tidied.positions)
  keep(tidied)
  freshness.value++
}

export function undoTidy(): void {
  const before = untidied.value
  if (!before) return
  untidied.value = undefined
  remembered = undefined
  replacePositions(before.positions)
  keep(before)
  freshness.value++
}
