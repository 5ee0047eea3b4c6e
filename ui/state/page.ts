import { computed, signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { place } from './location.ts'

/** Which page the path names. The list of pages comes from ui/pages.ts, which no other room imports. */

export interface PageEntry {
  name: string
  /** Segments that begin with a colon are parameters: `/service/:id`. */
  path: string
  /** The word in the navigation that is marked while the page is shown; the first page of a word is its link. */
  menu: string
  /** The word of its tab, for pages side by side under one word of the navigation. */
  tab?: string
  /** The letter after `g` that goes to the page, and what the sheet of keys says about it. */
  key?: readonly [letter: string, words: string]
  Component: ComponentType<Record<string, string>>
}

export interface Page {
  /** `missing` if no page has the path. */
  name: string
  entry?: PageEntry
  parameters: Readonly<Record<string, string>>
}

/** Every page, in the order of the navigation. Set once, before anything is drawn. */
export const pages = signal<readonly PageEntry[]>([])

export const page = computed(() => pageOf(pages.value, place.value.path))

export const isMap = computed(() => page.value.name === 'map')

/** The first page of each word, in the order of the list. */
export function firstOfEach(list: readonly PageEntry[], word: 'menu' | 'tab'): PageEntry[] {
  return list.filter((one, at) => list.findIndex((other) => other[word] === one[word]) === at)
}

const segmentsOf = (path: string) => path.split('/').filter((part) => part !== '')

/** The page with the longest path that fits; `/` is the first page. */
export function pageOf(list: readonly PageEntry[], path: string): Page {
  const given = segmentsOf(path).map(decoded)
  if (given.length === 0) return { name: list[0]?.name ?? 'missing', entry: list[0]!, parameters: {} }
  let found: Page = { name: 'missing', parameters: {} }
  let longest = 0
  for (const entry of list) {
    const wanted = segmentsOf(entry.path)
    const parameters = parametersOf(wanted, given)
    if (!parameters || wanted.length <= longest) continue
    longest = wanted.length
    found = { name: entry.name, entry, parameters }
  }
  return found
}

function parametersOf(
  wanted: readonly string[],
  given: readonly string[],
): Record<string, string> | undefined {
  const parameters: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const value = given[index]
    if (value === undefined) return undefined
    if (part.startsWith(':')) parameters[part.slice(1)] = value
    else if (part !== value) return undefined
  }
  return parameters
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
