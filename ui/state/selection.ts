import { computed } from '@preact/signals'
import { edgeKey } from '../../picture/edge-key.ts'
import { queryValue, setQuery } from './location.ts'

/** What is selected on the map, kept in the URL: `service=`, or `source=` and `destination=`. */

export type Selection =
  | { kind: 'none' }
  | { kind: 'node'; id: string }
  | { kind: 'edge'; source: string; destination: string; key: string }

export const selection = computed<Selection>(() => {
  const [id, source, destination] = [queryValue('service'), queryValue('source'), queryValue('destination')]
  if (id !== '') return { kind: 'node', id }
  if (source !== '' && destination !== '') {
    return { kind: 'edge', source, destination, key: edgeKey({ source, destination }) }
  }
  return { kind: 'none' }
})

export function selectNode(id: string): void {
  setQuery({ service: id, source: undefined, destination: undefined }, false)
}

export function selectEdge(source: string, destination: string): void {
  setQuery({ service: undefined, source, destination }, false)
}

export function selectNothing(): void {
  if (selection.value.kind === 'none') return
  setQuery({ service: undefined, source: undefined, destination: undefined }, false)
}
