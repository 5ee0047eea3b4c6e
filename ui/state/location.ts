import type { ReadonlySignal } from '@preact/signals'
import { computed, signal } from '@preact/signals'

/** The address bar as signals: the path chooses the page, the query string holds all other state. */

export interface Place {
  path: string
  query: URLSearchParams
}

const read = (): Place => ({
  path: window.location.pathname,
  query: new URLSearchParams(window.location.search),
})

export const place = signal<Place>({ path: '/', query: new URLSearchParams() })

/** Query parameters that belong to every page and so survive a change of page. */
const SHARED = ['range', 'from', 'to']

/** Begins to follow the address bar; call once. */
export function followLocation(): void {
  place.value = read()
  window.addEventListener('popstate', () => {
    place.value = read()
  })
}

/** Address of a page, with the shared parameters of the present one. */
export function addressOf(path: string, query: Record<string, string | undefined> = {}): string {
  const all = new URLSearchParams()
  for (const name of SHARED) {
    const value = place.value.query.get(name)
    if (value !== null) all.set(name, value)
  }
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') all.set(name, value)
  const text = all.toString()
  return text === '' ? path : `${path}?${text}`
}

/** Goes to an address of this UI. `replace` leaves no entry in the history. */
export function go(address: string, replace = false): void {
  if (address === window.location.pathname + window.location.search) return
  if (replace) window.history.replaceState(null, '', address)
  else window.history.pushState(null, '', address)
  const turned = window.location.pathname !== place.value.path
  place.value = read()
  if (turned) window.scrollTo(0, 0)
}

/** Sets or removes (undefined, empty) query parameters of the present page. */
export function setQuery(changes: Record<string, string | undefined>, replace = true): void {
  const query = new URLSearchParams(place.value.query)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') query.delete(name)
    else query.set(name, value)
  }
  const text = query.toString()
  go(text === '' ? place.value.path : `${place.value.path}?${text}`, replace)
}

const values = new Map<string, ReadonlySignal<string>>()

/** A query parameter, empty where absent. Whoever reads it hears only of its own changes. */
export function queryValue(name: string): string {
  let value = values.get(name)
  if (!value) {
    value = computed(() => place.value.query.get(name) ?? '')
    values.set(name, value)
  }
  return value.value
}

export const serviceAddress = (id: string): string => addressOf(`/service/${encodeURIComponent(id)}`)
export const edgeAddress = (source: string, destination: string): string =>
  addressOf(`/edge/${encodeURIComponent(source)}/${encodeURIComponent(destination)}`)
export const traceAddress = (trace: string): string => addressOf(`/trace/${encodeURIComponent(trace)}`)
export const featureAddress = (service: string, feature: string): string =>
  addressOf(`/enforce/${encodeURIComponent(service)}/${encodeURIComponent(feature)}`)
export const callAddress = (call: string): string => addressOf(`/call/${encodeURIComponent(call)}`)
