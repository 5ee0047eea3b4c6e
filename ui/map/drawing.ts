import { computed, signal, untracked } from '@preact/signals'
import type { Layout } from '../../picture/layout.ts'
import type { Curve } from '../../picture/path.ts'
import type { Scene } from '../../picture/scene.ts'
import { edgeKey, LABELLED_EDGES_MAX, onePerPair, sceneOf } from '../../picture/scene.ts'
import { frameOf } from '../../picture/spacing.ts'
import { wiresOf } from '../../picture/wires.ts'
import { holding } from '../data/live-graph.ts'
import { edgeLabels, focus } from '../state/choice.ts'
import { labelled } from './light.ts'
import { picture } from './picture.ts'
import { drawn, near, placed } from './view.ts'
import { detail } from './zoom.ts'

/** The scene on screen, whichever renderer draws it. */

/** Id of the service under the pointer. */
export const hovered = signal('')

/** The service that had the keyboard's focus last. */
export const lastFocused = signal('')

/** Elements from which on a canvas is cheaper than one SVG element each. */
const CANVAS_FROM = 600

/** Names of the lines; as long as they stay the same, so do the lines. */
const pairNames = computed(() => placed.value?.graph.edges.map(edgeKey).join('\n') ?? '')

interface Wires {
  layout: Layout
  names: string
  curves: ReadonlyMap<string, Curve>
}

let known: Wires | undefined

/** While a node is dragged only its own lines follow; all are laid anew when it is dropped. */
function followDrag(before: Wires, layout: Layout, pairs: ReturnType<typeof onePerPair>): Map<string, Curve> {
  const moved = (id: string) => before.layout.positions[id] !== layout.positions[id]
  const own = pairs.filter((pair) => moved(pair.source) || moved(pair.destination))
  const bent = pairs.length <= LABELLED_EDGES_MAX
  return new Map([...before.curves, ...wiresOf(own, layout, bent)])
}

const wires = computed(() => {
  const [layout, names] = [picture.value, pairNames.value]
  const dragging = holding.value.has('drag')
  if (!layout || names === '') return undefined
  const pairs = untracked(() => onePerPair(placed.value!.graph.edges))
  const curves =
    dragging && known?.names === names ? followDrag(known, layout, pairs) : wiresOf(pairs, layout)
  known = { layout, names, curves }
  return curves
})

export const scene = computed<Scene | undefined>(() => {
  const [shown, layout] = [drawn.value, picture.value]
  if (!shown || !layout) return undefined
  const only = labelled(shown.graph, hovered.value)
  return sceneOf(shown.graph, layout, {
    labels: edgeLabels.value,
    detail: detail.value,
    members: shown.members,
    ...(wires.value ? { wires: wires.value } : {}),
    ...(only ? { label_only: only } : {}),
  })
})

/**
 * The one service that the tab key stops at; arrows go on from there, so that nobody has to tab
 * through a thousand services to leave the map.
 */
export const tabStop = computed(() => {
  const nodes = scene.value?.nodes ?? []
  return nodes.some((node) => node.id === lastFocused.value) ? lastFocused.value : (nodes[0]?.id ?? '')
})

const elements = computed(() => (scene.value?.nodes.length ?? 0) + (scene.value?.edges.length ?? 0))
/** Whether the picture is too large for SVG. */
export const onCanvas = computed(() => elements.value > CANVAS_FROM)

export const isCrowded = computed(() => (scene.value?.edges.length ?? 0) > LABELLED_EDGES_MAX)

/** What is brought into view: the neighbourhood in focus, else what find leaves, else all. */
export function frameToFit(): Pick<Layout, 'left' | 'top' | 'width' | 'height'> | undefined {
  const layout = picture.peek()
  if (!layout) return undefined
  const ids = focus.peek() ? near.peek() : undefined
  if (!ids) return layout
  const positions = Object.fromEntries(Object.entries(layout.positions).filter(([id]) => ids.has(id)))
  return frameOf(positions, layout.spacing)
}
