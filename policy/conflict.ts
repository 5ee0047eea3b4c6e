import { FEATURES, type Feature, parametersOf } from '../model/feature.ts'
import { type Policy, type Settings, settingsByCaller } from '../model/policy.ts'
import type { SettingsFault } from './feature/feature.ts'
import { moduleOf } from './feature/registry.ts'

/** Conflicts between individually valid settings, after caller overrides are merged. */
export interface Conflict {
  path: readonly PropertyKey[]
  message: string
  hint: string
}

function missing(feature: Feature, settings: Settings<Feature>): SettingsFault[] {
  const values = settings as unknown as Readonly<Record<string, unknown>>
  return parametersOf(feature)
    .filter(([name, parameter]) => parameter.required === true && values[name] === undefined)
    .map(([name]) => ({ name, message: 'this key is needed here', hint: 'Add it.' }))
}

/** What is missing, else what the feature itself finds wrong. */
function faultsOf(feature: Feature, settings: Settings<Feature>): readonly SettingsFault[] {
  if (settings.mode === 'disabled') return []
  const absent = missing(feature, settings)
  return absent.length > 0 ? absent : (moduleOf(feature).check?.(settings) ?? [])
}

const pathPart = (part: string) => (/^\d+$/.test(part) ? Number(part) : part)

/** Every conflict of a policy, at the place where it can be fixed. */
export function conflictsOf(policy: Policy): Conflict[] {
  const found: Conflict[] = []
  for (const [name, service] of policy.services) {
    for (const feature of FEATURES) {
      const reported = new Set<string>()
      for (const { caller, settings } of settingsByCaller(service, feature)) {
        const at = ['services', name, ...(caller === '' ? [] : ['callers', caller]), feature]
        for (const { name: where, message, hint } of faultsOf(feature, settings)) {
          // A caller's entry inherits the service's mistakes, which are reported there.
          if (caller !== '' && reported.has(where)) continue
          if (caller === '') reported.add(where)
          found.push({ path: [...at, ...where.split('.').map(pathPart)], message, hint })
        }
      }
    }
  }
  return found
}
