import { catalogueEntry, FEATURES, type Feature, type Mode } from '../../model/feature.ts'
import { originOf, type Policy, type ServicePolicy, settingsFor } from '../../model/policy.ts'
import type { AnyModule, JudgedCall, Verdict } from '../feature/feature.ts'
import { moduleOf } from '../feature/registry.ts'

/** A compiled policy: for each pair of services the features that judge its calls, with their settings. */

/** One feature with the settings that hold for one pair of services. */
export interface Judge {
  readonly feature: Feature
  readonly mode: Mode
  readonly percent: number
  /** No document names it; the catalogue's own mode holds. */
  readonly byDefault: boolean
  readonly module: AnyModule
  /** The compiled settings; only the module knows their type. */
  readonly compiled: unknown
  decide(state: unknown, call: JudgedCall, now_us: number): Verdict
  ended(state: unknown, call: JudgedCall, now_us: number): void
}

export interface Engine {
  readonly policy: Policy
  /** Features that are not disabled for calls of `source` to `destination`. */
  judgesFor(destination: string, source: string): readonly Judge[]
}

function judgeOf(service: ServicePolicy, caller: string, feature: Feature): Judge[] {
  const settings = settingsFor(service, caller, feature)
  if (settings === undefined || settings.mode === 'disabled') return []
  const module = moduleOf(feature)
  const compiled = module.compile(settings)
  return [
    {
      feature,
      mode: settings.mode,
      percent: settings.percent,
      byDefault: originOf(service, caller, feature, 'mode') === 'default',
      module,
      compiled,
      decide: (state, call, now_us) => module.decide(compiled, state, call, now_us),
      ended: (state, call, now_us) => module.ended(compiled, state, call, now_us),
    },
  ]
}

/** Every judge of calls to a service, whoever calls. */
export function judgesOf({ policy, judgesFor }: Engine, destination: string): Judge[] {
  const callers = policy.services.get(destination)?.callers.keys() ?? []
  return ['', ...callers].flatMap((caller) => judgesFor(destination, caller))
}

/** Whether a judge has to act on calls: it is enforced, for some of them, with settings that change any. */
export function actsOnCalls({ mode, percent, module, compiled }: Judge): boolean {
  return mode === 'enforce' && percent > 0 && module.neverActs?.(compiled) !== true
}

/** Calls of other protocols are not judged. */
export function understands({ module }: Judge, { protocol }: Pick<JudgedCall, 'protocol'>): boolean {
  return module.protocols === 'all' || module.protocols.includes(protocol)
}

/** An enforced feature splits calls in two cohorts, unless it is enforced for all of them. */
export function isSplit({ feature, mode, percent }: Judge): boolean {
  return mode === 'enforce' && percent < 100 && catalogueEntry(feature).splits !== false
}

/** Compiles every feature before anything is asked, so that a policy works whole or not at all. */
export function compilePolicy(policy: Policy): Engine {
  const ready = new Map<string, { own: readonly Judge[]; callers: Map<string, readonly Judge[]> }>()
  for (const [name, service] of policy.services) {
    const judges = (caller: string) => FEATURES.flatMap((feature) => judgeOf(service, caller, feature))
    const callers = [...service.callers.keys()].map((caller) => [caller, judges(caller)] as const)
    ready.set(name, { own: judges(''), callers: new Map(callers) })
  }
  return {
    policy,
    judgesFor(destination, source) {
      const found = ready.get(destination)
      return found === undefined ? [] : (found.callers.get(source) ?? found.own)
    },
  }
}
