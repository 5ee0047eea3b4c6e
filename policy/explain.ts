import { didYouMean } from '../document/did-you-mean.ts'
import type { ErrorPlace } from '../model/error.ts'
import { TapmeshError } from '../model/error.ts'
import { FEATURES, type Feature, isFeature, parametersOf } from '../model/feature.ts'
import { type Origin, originOf, settingsFor } from '../model/policy.ts'
import { momentText, valueText } from './parameter.ts'
import { type PolicyFile, serviceIn } from './policy-file.ts'

/** What holds for one feature of one service, value by value, and which line said so. */

export interface Explained {
  name: string
  value: string
  origin: Origin
  /** Undefined for a default. */
  place: ErrorPlace | undefined
}

/** `payment.retries` -> its parts; the name of a service may hold dots, a feature never does. */
export function targetOf(text: string): { service: string; feature: Feature } {
  const dot = text.lastIndexOf('.')
  const feature = text.slice(dot + 1)
  if (dot > 0 && isFeature(feature)) return { service: text.slice(0, dot), feature }
  const near = didYouMean(feature, FEATURES)
  throw new TapmeshError(
    'TAPMESH_USAGE',
    `"${text}" is not a service and a feature`,
    near && dot > 0
      ? `Did you mean ${text.slice(0, dot)}.${near}?`
      : `Write it like payment.retries; features: ${FEATURES.join(', ')}.`,
  )
}

/**
 * Every value of a feature that the file names.
 * @param caller whose entry goes before the service's; empty for callers without an entry
 * @throws TapmeshError TAPMESH_NOT_FOUND where the file does not name the service
 */
export function explainFeature(
  policy: PolicyFile,
  service: string,
  feature: Feature,
  caller: string,
): Explained[] {
  const named = serviceIn(policy, service)
  const settings = settingsFor(named, caller, feature)
  if (settings === undefined) {
    return [{ name: 'mode', value: 'disabled', origin: 'default', place: undefined }]
  }
  const values = settings as unknown as Readonly<Record<string, unknown>>
  const row = (name: string, value: string): Explained => {
    const origin = originOf(named, caller, feature, name)
    const from = origin === 'caller' ? caller : ''
    return {
      name,
      value,
      origin,
      place: origin === 'default' ? undefined : policy.placeOf(service, from, feature, name),
    }
  }
  return [
    row('mode', settings.mode),
    row('percent', String(settings.percent)),
    ...(settings.expires === undefined ? [] : [row('expires', momentText(settings.expires))]),
    ...parametersOf(feature).map(([name, parameter]) => row(name, valueText(parameter, values[name]))),
  ]
}
