import type { CATALOGUE, Feature, Mode, Parameter } from './feature.ts'
import { catalogueEntry, parametersOf } from './feature.ts'

/**
 * A policy once it is read and checked: what each service asks for, and what differs for single
 * callers. Settings are flat, with the dotted names of the catalogue; durations are microseconds.
 */

/** Callers that prove nothing and that no evidence names. */
export const UNAUTHENTICATED = 'unauthenticated'

/** Allows or denies calls that fit every list it has; a list that is absent fits all. */
export interface Rule {
  id: string
  action: 'allow' | 'deny'
  /** SPIFFE IDs, names of services, or UNAUTHENTICATED. */
  from?: readonly string[] | undefined
  methods?: readonly string[] | undefined
  /** Templates: `{*}` is one segment, `{**}` at the end is any number of them. */
  paths?: readonly string[] | undefined
  /** By name in small letters: a call fits that has each of them, with one of the values. */
  headers?: Readonly<Record<string, readonly string[]>> | undefined
}

type ValueOf<P extends Parameter> = P extends { kind: 'duration' | 'size' | 'number' }
  ? number
  : P extends { kind: 'methods' | 'names' }
    ? readonly string[]
    : P extends { kind: 'statuses' }
      ? readonly number[]
      : P extends { kind: 'word'; values: readonly (infer W)[] }
        ? W
        : readonly Rule[]

type Certain<P extends Parameter> = P extends { required: true } | { default: unknown }
  ? ValueOf<P>
  : ValueOf<P> | undefined

type Parameters<F extends Feature> = (typeof CATALOGUE)[F]['parameters']

/** What holds for a call: every value given or default; without a default and not given it is undefined. */
export type Settings<F extends Feature> = {
  readonly mode: Mode
  readonly percent: number
  /** Milliseconds since 1970 from which on it counts as disabled. */
  readonly expires: number | undefined
} & {
  readonly [Name in keyof Parameters<F>]: Parameters<F>[Name] extends Parameter
    ? Certain<Parameters<F>[Name]>
    : never
}

/** Values as the document gives them, by dotted name. */
export type Given = Readonly<Record<string, unknown>>
export type GivenFeatures = Readonly<Partial<Record<Feature, Given>>>

/** Raises the percentage of a service's enforced features that name none, while the guards hold. */
export interface Rollout {
  /** Percentages, rising. */
  steps: readonly number[]
  /** How long each step stays before the next, microseconds. */
  hold: number
  /** Worst that treated calls may be against the control cohort. */
  guards: {
    /** Percentage points of failed calls. */
    errorRateDelta: number
    p99Ratio: number
  }
}

export const GUARDS_DEFAULT: Rollout['guards'] = { errorRateDelta: 1, p99Ratio: 2 }

export interface ServicePolicy {
  features: GivenFeatures
  rollout?: Rollout | undefined
  /** What differs for single callers, by their name. */
  callers: ReadonlyMap<string, GivenFeatures>
}

export interface Policy {
  /** SPIFFE trust domain, or empty. */
  trustDomain: string
  services: ReadonlyMap<string, ServicePolicy>
}

/** All of it enforced for everybody; what a document may leave out. */
export const PERCENT_DEFAULT = 100

/** Whether a value comes from the caller's own entry, from the service's, or from the catalogue. */
export type Origin = 'caller' | 'service' | 'default'

export function originOf(
  { features, callers }: ServicePolicy,
  caller: string,
  feature: Feature,
  name: string,
): Origin {
  if (Object.hasOwn(callers.get(caller)?.[feature] ?? {}, name)) return 'caller'
  return Object.hasOwn(features[feature] ?? {}, name) ? 'service' : 'default'
}

/**
 * What holds for calls of one caller: the caller's entry over the service's over the defaults.
 * @returns undefined if neither names the feature, and a feature without a name is disabled
 */
export function settingsFor<F extends Feature>(
  service: ServicePolicy,
  caller: string,
  feature: F,
): Settings<F> | undefined {
  const own = service.callers.get(caller)?.[feature]
  const given = service.features[feature]
  const { unnamed } = catalogueEntry(feature)
  if (own === undefined && given === undefined && unnamed === undefined) return undefined
  const mode: Mode = (own === undefined && given === undefined ? unnamed : undefined) ?? 'disabled'
  const values: Record<string, unknown> = { mode, percent: PERCENT_DEFAULT, expires: undefined }
  for (const [name, parameter] of parametersOf(feature)) values[name] = parameter.default
  // The checked document has every value of its parameter's kind, and what is required.
  return Object.freeze({ ...values, ...given, ...own }) as unknown as Settings<F>
}

/** Settings of one feature of a service, of all callers or of one with an entry of its own for it. */
export interface CallerSettings<F extends Feature> {
  /** Empty for callers without an entry. */
  caller: string
  settings: Settings<F>
}

/** Every setting of a feature that a service has: its own first, then that of each caller with an entry for it. */
export function settingsByCaller<F extends Feature>(service: ServicePolicy, feature: F): CallerSettings<F>[] {
  const callers = [...service.callers].filter(([, own]) => own[feature] !== undefined)
  return ['', ...callers.map(([caller]) => caller)].flatMap((caller) => {
    const settings = settingsFor(service, caller, feature)
    return settings === undefined ? [] : [{ caller, settings }]
  })
}

/** True if a service, or the entry of one of its callers, names the feature. */
export function namesFeature({ features, callers }: ServicePolicy, feature: Feature): boolean {
  return [features, ...callers.values()].some((given) => given[feature] !== undefined)
}

/** Rules among the settings of a feature. */
export function rulesIn(feature: Feature, settings: Settings<Feature>): readonly Rule[] {
  const values = settings as unknown as Readonly<Record<string, unknown>>
  return parametersOf(feature).flatMap(([name, { kind }]) =>
    kind === 'rules' ? (values[name] as readonly Rule[]) : [],
  )
}
