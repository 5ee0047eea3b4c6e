import type { EvidenceAnswer } from '../../model/enforcement.ts'
import { type Feature, type Parameter, parametersOf } from '../../model/feature.ts'

/** Settings of a feature as text in a form, and back as the document writes them. */

export interface Setting {
  name: string
  /** As it stands now; empty where nothing is said. */
  now: string
  parameter: Parameter
}

const NONE = 'none'

/** Values that a form of one line can hold; rules are edited in the document. */
export function settingsOf(feature: Feature, settings: EvidenceAnswer['settings']): Setting[] {
  const known = new Map(settings.map(({ name, value }) => [name, value]))
  return parametersOf(feature)
    .filter(([, parameter]) => parameter.kind !== 'rules')
    .map(([name, parameter]) => {
      const value = known.get(name) ?? NONE
      return { name, parameter, now: value === NONE ? '' : value.replace(/^\[|\]$/g, '') }
    })
}

const isList = (parameter: Parameter): boolean =>
  parameter.kind === 'methods' || parameter.kind === 'statuses' || parameter.kind === 'names'

/** What goes to the API: a number, a list or a text; null takes the key out. */
export function documentValue(parameter: Parameter, text: string): unknown {
  const trimmed = text.trim()
  if (trimmed === '') return null
  if (parameter.kind === 'number') return Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed
  if (!isList(parameter)) return trimmed
  const parts = trimmed.split(/[\s,]+/).filter((part) => part !== '')
  return parameter.kind === 'statuses' ? parts.map((part) => Number(part) || part) : parts
}

/** The value as the document and the command line write it. */
export function writtenOf(value: unknown): string {
  if (value === null) return NONE
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value)
}

/** What to write, told under the field. */
export function exampleOf(parameter: Parameter): string {
  switch (parameter.kind) {
    case 'duration':
      return '800ms, 2s, 5m'
    case 'size':
      return '64KiB'
    case 'number':
      return `${parameter.min} to ${parameter.max}`
    case 'methods':
      return 'GET, HEAD'
    case 'statuses':
      return '502, 503'
    case 'names':
      return 'eu-1, eu-2'
    case 'word':
      return parameter.values.join(' or ')
    case 'rules':
      return ''
  }
}

/** One line of the change: as `config diff` tells it. */
export interface Difference {
  name: string
  before: string
  after: string
  value: unknown
}

/**
 * Keys that the form would change.
 * @param own for a single caller, whose own settings are not known here: each value given is one
 */
export function differencesOf(
  now: Pick<EvidenceAnswer, 'mode' | 'percent'> & { expires: string | null },
  settings: readonly Setting[],
  given: Readonly<Record<string, string>>,
  own: boolean,
): Difference[] {
  const all: Difference[] = []
  const add = (name: string, before: string, value: unknown) => {
    const after = writtenOf(value)
    if (own ? value !== null : before !== after) all.push({ name, before: own ? OWN : before, after, value })
  }
  const { mode, percent, expires } = given
  if (mode !== undefined) add('mode', now.mode, mode)
  if (percent !== undefined) add('percent', String(now.percent), percentOf(percent))
  for (const { name, now: text, parameter } of settings) {
    const changed = given[name]
    if (changed !== undefined)
      add(name, writtenOf(documentValue(parameter, text)), documentValue(parameter, changed))
  }
  if (expires !== undefined)
    add('expires', now.expires ?? NONE, expires.trim() === '' ? null : expires.trim())
  return all
}

/** What a caller has where it has nothing of its own. */
const OWN = 'as for every caller'

const percentOf = (text: string): unknown => (text.trim() === '' ? null : Number(text) || text)

/** A difference as the command line takes it; a name without a value takes it out. */
export function commandPair({ name, value }: Difference): string {
  if (value === null) return `${name}=`
  return `${name}=${Array.isArray(value) ? `[${value.join(',')}]` : String(value)}`
}
