import { computed } from '@preact/signals'
import type { Query } from '../../picture/find/grammar.ts'
import { parseFind } from '../../picture/find/grammar.ts'
import { FindError } from '../../picture/find/token.ts'
import type { EdgeMetric } from '../../picture/scene.ts'
import { EDGE_METRICS } from '../../picture/scene.ts'
import { queryValue, setQuery } from './location.ts'

/** What the toolbar of the map chooses, all of it in the URL. */

export const METRIC_WORDS: Record<EdgeMetric, string> = {
  rate: 'Rate',
  errors: 'Errors',
  p50: 'p50',
  p95: 'p95',
  p99: 'p99',
}

/** Two at most: three do not fit a line. */
export const LABELS_MAX = 2

export const edgeLabels = computed<EdgeMetric[]>(() => {
  const text = queryValue('labels')
  if (text === 'none') return []
  const chosen = text.split(',').filter((it): it is EdgeMetric => EDGE_METRICS.includes(it as EdgeMetric))
  return chosen.length > 0 ? [...new Set(chosen)].slice(0, LABELS_MAX) : ['rate', 'p95']
})

/** Adds or takes away a metric; the oldest makes room. */
export function toggleLabel(metric: EdgeMetric): void {
  const now = edgeLabels.value
  const next = now.includes(metric) ? now.filter((it) => it !== metric) : [...now, metric].slice(-LABELS_MAX)
  const ordered = EDGE_METRICS.filter((it) => next.includes(it)).join(',')
  setQuery({ labels: ordered === '' ? 'none' : ordered === 'rate,p95' ? undefined : ordered })
}

/** A text as it stands in its box, and what it asks for; a text with a mistake asks for nothing. */
export interface Asked {
  text: string
  query?: Query | undefined
  error?: FindError
}

function askedOf(text: string): Asked {
  try {
    return { text, query: parseFind(text) }
  } catch (error) {
    if (error instanceof FindError) return { text, error }
    throw error
  }
}

const BOXES = ['find', 'hide'] as const
export type Box = (typeof BOXES)[number]

export const asked: Record<Box, { value: Asked }> = {
  find: computed(() => askedOf(queryValue('find'))),
  hide: computed(() => askedOf(queryValue('hide'))),
}

export const onlyProblems = computed(() => queryValue('problems') === '1')

export const isFiltered = computed(
  () => asked.find.value.text !== '' || asked.hide.value.text !== '' || onlyProblems.value,
)

export function clearFilter(): void {
  setQuery({ find: undefined, hide: undefined, problems: undefined })
}

/** Hops around the service in focus. */
export const DEPTHS = [1, 2, 3, 4, 5] as const
export type Way = 'both' | 'callers' | 'callees'
export const WAYS: readonly Way[] = ['both', 'callers', 'callees']

export interface Focus {
  id: string
  depth: number
  way: Way
}

export const focus = computed<Focus | undefined>(() => {
  const id = queryValue('focus')
  if (id === '') return undefined
  const depth = DEPTHS.find((it) => String(it) === queryValue('depth')) ?? 1
  return { id, depth, way: WAYS.find((it) => it === queryValue('way')) ?? 'both' }
})

export function setFocus(next: Partial<Focus> | undefined): void {
  const { id, depth, way } = { ...focus.value, ...next }
  if (next === undefined || !id) setQuery({ focus: undefined, depth: undefined, way: undefined })
  else {
    setQuery({
      focus: id,
      depth: depth && depth > 1 ? String(depth) : undefined,
      way: way === 'both' ? undefined : way,
    })
  }
}
