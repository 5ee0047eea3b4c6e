import { FEATURES, type Feature, parametersOf } from '../model/flag.ts'
import { type Policy, type ServicePolicy, type Settings, settingsFor } from '../model/policy.ts'

/** What is wrong although every value is well by itself, for what holds once callers and services are put together. */
export interface Conflict {
  path: readonly PropertyKey[]
  message: string
  hint: string
}

/** A mistake inside one feature's settings: the parameter it stands at, and what to do. */
interface Fault {
  name: string
  message: string
  hint: string
}

function missing(feature: Feature, settings: Settings<Feature>): Fault[] {
  const values = settings as unknown as Readonly<Record<string, unknown>>
  return parametersOf(feature)
    .filter(([name, parameter]) => parameter.required === true && values[name] === undefined)
    .map(([name]) => ({ name, message: 'this key is needed here', hint: 'Add it.' }))
}

function timeouts({ request, backendRequest, idle }: Settings<'timeouts'>): Fault[] {
  if (request === undefined && backendRequest === undefined && idle === undefined) {
    const hint = 'Add request: 2s, or backendRequest: 800ms.'
    return [{ name: 'mode', message: 'a timeout without a time', hint }]
  }
  if (request === undefined || backendRequest === undefined || backendRequest <= request) return []
  const message = 'longer than request, which ends every attempt'
  return [{ name: 'backendRequest', message, hint: 'Make it shorter than request.' }]
}

function perCaller(settings: Settings<'rateLimit'>): Fault[] {
  if (settings['perCaller.burst'] === undefined || settings['perCaller.requestsPerSecond'] !== undefined) {
    return []
  }
  const hint = 'Add perCaller.requestsPerSecond.'
  return [{ name: 'perCaller.burst', message: 'a burst without a rate', hint }]
}

function repeatedRules({ rules }: Settings<'authorization'>): Fault[] {
  const seen = new Set<string>()
  return rules.flatMap(({ id }, index) => {
    const again = seen.has(id)
    seen.add(id)
    const hint = 'Verdicts name rules by their id; give each its own.'
    return again ? [{ name: `rules.${index}.id`, message: `a second rule ${id}`, hint }] : []
  })
}

const FAULTS: { [F in Feature]?: (settings: Settings<F>) => Fault[] } = {
  timeouts,
  rateLimit: perCaller,
  authorization: repeatedRules,
}

function faultsOf<F extends Feature>(service: ServicePolicy, caller: string, feature: F): Fault[] {
  const settings = settingsFor(service, caller, feature)
  if (settings === undefined || settings.mode === 'disabled') return []
  const absent = missing(feature, settings)
  return absent.length > 0 ? absent : (FAULTS[feature]?.(settings) ?? [])
}

const pathPart = (part: string) => (/^\d+$/.test(part) ? Number(part) : part)

/** Every conflict of a policy, at the place it has to be mended. */
export function conflictsOf(policy: Policy): Conflict[] {
  const found: Conflict[] = []
  for (const [name, service] of policy.services) {
    for (const feature of FEATURES) {
      const own = faultsOf(service, '', feature)
      const at = ['services', name]
      const told = new Set(own.map((fault) => fault.name))
      const add = (path: string[], faults: Fault[]) => {
        for (const { name: where, message, hint } of faults) {
          found.push({ path: [...path, feature, ...where.split('.').map(pathPart)], message, hint })
        }
      }
      add(at, own)
      for (const caller of service.callers.keys()) {
        if (service.callers.get(caller)![feature] === undefined) continue
        const more = faultsOf(service, caller, feature).filter((fault) => !told.has(fault.name))
        add([...at, 'callers', caller], more)
      }
    }
  }
  return found
}
