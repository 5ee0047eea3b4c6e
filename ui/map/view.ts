import { computed } from '@preact/signals'
import type { Graph } from '../../graph-api/contract.ts'
import { edgeKey } from '../../picture/edge-key.ts'
import { asksBefore } from '../../picture/find/grammar.ts'
import type { Match } from '../../picture/find/match.ts'
import { matchOf } from '../../picture/find/match.ts'
import { neighbourhood } from '../../picture/find/neighbourhood.ts'
import { beforeOf, leftOf, withGone } from '../../picture/find/view.ts'
import type { Grouped, Grouping } from '../../picture/group.ts'
import { collapse, GROUPINGS, groupsOf } from '../../picture/group.ts'
import { before } from '../data/before.ts'
import { graph } from '../data/live-graph.ts'
import { frame } from '../replay/replay.ts'
import { asked, focus, onlyProblems } from '../state/choice.ts'
import { queryValue, setQuery } from '../state/location.ts'

/** From the graph of the API to what is drawn: replay or live, silent ghosts, groups, find and hide. */

export const wantsBefore = computed(
  () => asksBefore(asked.find.value.query) || asksBefore(asked.hide.value.query),
)

/** Every service of the picture, before anything is grouped or filtered away. */
export const base = computed<Graph | undefined>(() => {
  const shown = frame.value ?? graph.value
  if (!shown || !wantsBefore.value || !before.value) return shown
  return withGone(shown, before.value)
})

/** More services than this are drawn as groups unless somebody says otherwise. */
export const GROUPED_FROM = 150
/** A grouping that makes fewer boxes than this hides more than it shows. */
const BOXES_MIN = 4

export interface Groups {
  by: Grouping
  /** Names of all groups, and of those drawn as one box. */
  names: readonly string[]
  closed: ReadonlySet<string>
  /** True where nobody asked for it. */
  unasked: boolean
}

export const GROUPING_WORDS: Record<Grouping, string> = { namespace: 'Namespace', zone: 'Zone' }

/** Groupings that the data has something for. */
export const groupings = computed<Grouping[]>(() => {
  const shown = base.value
  return shown ? GROUPINGS.filter((by) => groupsOf(shown, by).size > 0) : []
})

export const groups = computed<Groups | undefined>(() => {
  const [shown, chosen] = [base.value, queryValue('group')]
  if (!shown || chosen === 'none') return undefined
  const named = GROUPINGS.find((it) => it === chosen)
  const crowded = shown.nodes.length > GROUPED_FROM
  const by =
    named ?? (crowded ? groupings.value.find((it) => groupsOf(shown, it).size >= BOXES_MIN) : undefined)
  if (!by) return undefined
  const names = [...groupsOf(shown, by).keys()]
  const open = new Set(queryValue('open').split(',').map(decodeURIComponent))
  return { by, names, closed: new Set(names.filter((it) => !open.has(it))), unasked: named === undefined }
})

export function chooseGrouping(by: Grouping | 'none' | undefined): void {
  setQuery({ group: by, open: undefined })
}

/** Opens or closes groups; names may hold commas, so each is encoded. */
export function setOpen(names: readonly string[]): void {
  const by = groups.value?.by
  if (by) setQuery({ group: by, open: names.map(encodeURIComponent).join(',') || undefined })
}

export function toggleGroup(name: string): void {
  const now = groups.value
  if (!now) return
  const open = now.names.filter((it) => !now.closed.has(it))
  setOpen(open.includes(name) ? open.filter((it) => it !== name) : [...open, name])
}

function grouped(shown: Graph): Grouped {
  const now = groups.value
  return now ? collapse(shown, now.by, now.closed) : { graph: shown, members: new Map() }
}

/** All that has a place in the layout; what is hidden keeps its place. */
export const placed = computed<Grouped | undefined>(() => base.value && grouped(base.value))

/** What find and hide leave of the ungrouped graph; undefined where nothing is asked. */
export const ownMatch = computed<Match | undefined>(() => {
  const shown = base.value
  return (
    shown &&
    matchOf(shown, {
      find: asked.find.value.query,
      hide: asked.hide.value.query,
      problems: onlyProblems.value,
      before: beforeOf(before.value),
    })
  )
})

/** Id of the box that stands for a service, or its own. */
const boxes = computed(() => {
  const all = new Map<string, string>()
  for (const [box, members] of placed.value?.members ?? []) for (const id of members) all.set(id, box)
  return all
})
export const drawnId = (id: string): string => boxes.value.get(id) ?? id

/** The same for what is drawn: a box matches where one of its services does. */
export const match = computed<Match | undefined>(() => {
  const [own, shown] = [ownMatch.value, base.value]
  if (!own || !shown || boxes.value.size === 0) return own
  const edges = shown.edges.filter((edge) => own.edges.has(edgeKey(edge)))
  const nodes = new Set([...own.nodes].map(drawnId))
  return {
    nodes,
    edges: new Set(
      edges.map((edge) => edgeKey({ source: drawnId(edge.source), destination: drawnId(edge.destination) })),
    ),
    context: new Set([...own.context].map(drawnId).filter((id) => !nodes.has(id))),
  }
})

/** What is drawn: grouped, without what is filtered away. */
export const drawn = computed<Grouped | undefined>(() => {
  const [all, own, shown] = [placed.value, ownMatch.value, base.value]
  if (!all || !own || !shown) return all
  return grouped(leftOf(shown, own))
})

/** Drawn services within the focus, or undefined where there is none. */
export const near = computed<ReadonlySet<string> | undefined>(() => {
  const [at, shown] = [focus.value, drawn.value]
  if (!at || !shown) return undefined
  return neighbourhood(drawnId(at.id), shown.graph.edges, at.depth, at.way)
})
