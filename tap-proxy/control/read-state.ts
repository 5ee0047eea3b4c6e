import { isName } from '../../document/name.ts'
import { CONTROL_VERSION, type ControlService, type ControlState } from '../../model/control.ts'
import { TapmeshError } from '../../model/error.ts'
import { type Feature, isFeature, MODES, parametersOf } from '../../model/feature.ts'
import type { Given, GivenFeatures, Policy, ServicePolicy } from '../../model/policy.ts'
import { conflictsOf } from '../../policy/conflict.ts'
import { unknownFields, valueFault } from './parameter-value.ts'

/**
 * The state that control sends, read whole or not at all. What this tap does not know is left out, so
 * that it is not enforced, and named in `ignored`; a known value that is not allowed refuses everything.
 */
export interface ReadState {
  revision: string
  /** Milliseconds since 1970, by control's clock. */
  issued_ms: number
  bypass: boolean
  policy: Policy
  /** Paths like `orders.hedging`, each once. */
  ignored: readonly string[]
}

type Tree = Readonly<Record<string, unknown>>

/** Goes into a header, a column and a label. */
const REVISION = /^[0-9A-Za-z]{1,32}\.[0-9]{1,15}$/
const TRUST_DOMAIN = /^[a-z0-9._-]{0,255}$/
/** Of what is not known so many paths are kept, and so much of each. */
const IGNORED_MAX = 1000
const PATH_CHARS_MAX = 160
/** Milliseconds since 1970 that a date can hold (ECMA-262, section 21.4.1.1). */
const TIME_MS_MAX = 8.64e15

const STATE_FIELDS: { readonly [Field in keyof ControlState]: true } = {
  version: true,
  revision: true,
  issued_at: true,
  trust_domain: true,
  services: true,
  bypass: true,
}
const SERVICE_FIELDS: { readonly [Field in keyof ControlService]: true } = { features: true, callers: true }

function refuse(where: string, fault: string): never {
  throw new TapmeshError(
    'TAPMESH_STATE_INVALID',
    `${where} ${fault}`,
    'The state in force stays; see that control and this tap are of versions that fit.',
  )
}

function tree(value: unknown, where: string): Tree {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(where, 'is not an object')
  return value as Tree
}

function parse(text: string): Tree {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    refuse('the state', 'is not JSON')
  }
  return tree(value, 'the state')
}

/** Mode, percent and expiry, which every feature has. */
function commonFault(name: string, value: unknown): string | undefined {
  switch (name) {
    case 'mode':
      return (MODES as readonly unknown[]).includes(value) ? undefined : `is none of ${MODES.join(', ')}`
    case 'percent':
      return typeof value === 'number' && value >= 0 && value <= 100 ? undefined : 'is not from 0 to 100'
    case 'expires':
      return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= TIME_MS_MAX
        ? undefined
        : 'is not a time in milliseconds'
    default:
      return undefined
  }
}

const COMMON: ReadonlySet<string> = new Set(['mode', 'percent', 'expires'])

class Reader {
  readonly ignored = new Set<string>()

  #ignore(path: string): void {
    if (this.ignored.size < IGNORED_MAX) this.ignored.add(path.slice(0, PATH_CHARS_MAX))
  }

  /** @returns undefined where it holds something that this tap does not know */
  feature(feature: Feature, value: unknown, where: string): Given | undefined {
    const parameters = new Map(parametersOf(feature))
    let known = true
    const given = tree(value, where)
    for (const [name, item] of Object.entries(given)) {
      const parameter = parameters.get(name)
      const at = `${where}.${name}`
      const unknown =
        parameter === undefined
          ? COMMON.has(name)
            ? []
            : [at]
          : unknownFields(parameter, item).map((field) => `${at}.${field}`)
      for (const path of unknown) this.#ignore(path)
      known &&= unknown.length === 0
      const fault = parameter === undefined ? commonFault(name, item) : valueFault(parameter, item)
      if (fault !== undefined) refuse(at, fault)
    }
    return known ? given : undefined
  }

  /** @param instead what stands for a feature that cannot be read; undefined leaves it out */
  features(value: unknown, where: string, instead: Given | undefined): GivenFeatures {
    const found: Partial<Record<Feature, Given>> = {}
    for (const [name, item] of Object.entries(tree(value, where))) {
      const at = `${where}.${name}`
      if (isFeature(name)) {
        const given = this.feature(name, item, at) ?? instead
        if (given !== undefined) found[name] = given
      } else this.#ignore(at)
    }
    return found
  }

  service(value: unknown, where: string): ServicePolicy {
    const { features, callers, ...more } = tree(value, where)
    this.unknown(more, SERVICE_FIELDS, `${where}.`)
    const own = this.features(features, where, undefined)
    const asked = tree(features, where)
    const entries = Object.entries(tree(callers, `${where}.callers`)).map(([caller, given]) => {
      if (!isName(caller)) refuse(`${where}.callers`, 'holds a caller without a proper name')
      // What cannot be read must not fall back to the service's own entry, which may be stricter.
      const read = this.features(given, `${where}.callers.${caller}`, { mode: 'disabled' })
      const rest = Object.entries(read).filter(
        ([feature]) => Object.hasOwn(own, feature) || !Object.hasOwn(asked, feature),
      )
      return [caller, Object.fromEntries(rest) as GivenFeatures] as const
    })
    return { features: own, callers: new Map(entries) }
  }

  unknown(given: Tree, known: object, prefix: string): void {
    for (const field of Object.keys(given)) if (!Object.hasOwn(known, field)) this.#ignore(prefix + field)
  }

  services(value: unknown): Map<string, ServicePolicy> {
    const entries = Object.entries(tree(value, 'services')).map(([name, service]) => {
      if (!isName(name)) refuse('services', 'holds a service without a proper name')
      return [name, this.service(service, name)] as const
    })
    return new Map(entries)
  }
}

/**
 * @param text the body of control's answer
 * @throws TapmeshError TAPMESH_STATE_INVALID; nothing of the state may be used then
 */
export function readState(text: string): ReadState {
  const given = parse(text)
  const { version, revision, issued_at, trust_domain, bypass } = given
  if (version !== CONTROL_VERSION) {
    refuse('version', `is ${JSON.stringify(version)?.slice(0, 40)}; this tap reads ${CONTROL_VERSION}`)
  }
  if (typeof revision !== 'string' || !REVISION.test(revision)) refuse('revision', 'is not <epoch>.<number>')
  const issued_ms = typeof issued_at === 'string' ? Date.parse(issued_at) : Number.NaN
  if (Number.isNaN(issued_ms)) refuse('issued_at', 'is not a time (RFC 3339)')
  if (typeof trust_domain !== 'string' || !TRUST_DOMAIN.test(trust_domain)) {
    refuse('trust_domain', 'is not a trust domain')
  }
  if (typeof bypass !== 'boolean') refuse('bypass', 'is neither true nor false')
  const reader = new Reader()
  reader.unknown(given, STATE_FIELDS, '')
  const policy: Policy = { trustDomain: trust_domain, services: reader.services(given['services']) }
  const [conflict] = conflictsOf(policy)
  if (conflict) refuse(conflict.path.join('.'), conflict.message)
  return { revision, issued_ms, bypass, policy, ignored: [...reader.ignored] }
}
