import { computed } from '@preact/signals'
import type { EdgeMetric } from '../../graph-api/picture/scene.ts'
import { EDGE_METRICS } from '../../graph-api/picture/scene.ts'
import { graph } from '../data/live-graph.ts'
import type { Match } from '../find/match.ts'
import { matchOf } from '../find/match.ts'
import { queryValue, setQuery } from '../state/location.ts'

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

export const findText = computed(() => queryValue('find'))
export const onlyProblems = computed(() => queryValue('problems') === '1')

export const match = computed<Match | undefined>(() => {
  const shown = graph.value
  return shown && matchOf(shown, { text: findText.value, problems: onlyProblems.value })
})

export function clearFilter(): void {
  setQuery({ find: undefined, problems: undefined })
}
