import { computed, effect, signal } from '@preact/signals'
import type { PathsAnswer } from '../../graph-api/contract.ts'
import { edgeKey } from '../../picture/edge-key.ts'
import { ApiError, apiAddress, getJson } from '../data/api.ts'
import { queryValue, setQuery } from '../state/location.ts'
import { range } from '../state/range.ts'
import { selection } from '../state/selection.ts'
import { drawnId } from './view.ts'

/** Ways through the selected service that traces prove; nothing is lit that no trace went. */

export const paths = signal<PathsAnswer | undefined>(undefined)
export const pathsError = signal<ApiError | undefined>(undefined)

/** The service whose paths are shown, empty for none. */
export const through = computed(() => {
  const chosen = selection.value
  return queryValue('paths') === '1' && chosen.kind === 'node' ? chosen.id : ''
})

export function togglePaths(): void {
  setQuery({ paths: through.value === '' ? '1' : undefined })
}

/** Index of the one path that is lit alone, or -1 for all. */
export const onePath = computed(() => {
  const text = queryValue('path')
  return /^\d{1,3}$/.test(text) ? Number(text) : -1
})

export const litPaths = computed(() => {
  const found = paths.value
  if (!found || through.value === '') return undefined
  const shown = onePath.value < 0 ? found.paths : found.paths.slice(onePath.value, onePath.value + 1)
  const nodes = new Set([drawnId(found.through)])
  const edges = new Set<string>()
  for (const { services } of shown) {
    services.map(drawnId).forEach((id, at, all) => {
      nodes.add(id)
      if (at > 0) edges.add(edgeKey({ source: all[at - 1]!, destination: id }))
    })
  }
  return { nodes, edges }
})

/** Asks whenever another service or window is looked at; call once. */
export function followPaths(): void {
  effect(() => {
    const id = through.value
    const { from, to } = range.value
    paths.value = undefined
    pathsError.value = undefined
    if (id === '') return
    const stop = new AbortController()
    getJson<PathsAnswer>(apiAddress('paths', { through: id, from, to }), stop.signal).then(
      (answer) => {
        paths.value = answer
      },
      (error: unknown) => {
        if (!stop.signal.aborted && error instanceof ApiError) pathsError.value = error
      },
    )
    return () => stop.abort()
  })
}
