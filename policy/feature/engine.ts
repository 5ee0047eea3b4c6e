import { FEATURES, type Feature, type Mode } from '../../model/flag.ts'
import { type Policy, type ServicePolicy, settingsFor } from '../../model/policy.ts'
import type { JudgedCall, Moment, Verdict } from './feature.ts'
import { type AnyFeature, codeOfFeature } from './registry.ts'

/** A policy made ready: for each pair of services the features that have a say, with their settings. */

/** One feature with the settings that hold for one pair of services. */
export interface Judge {
  readonly feature: Feature
  readonly mode: Mode
  readonly percent: number
  readonly moment: Moment
  /** What the feature's code made of its settings; only that code knows its type. */
  readonly compiled: unknown
  scopeOf(call: JudgedCall): string
  createState(): unknown
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
  const code: AnyFeature = codeOfFeature(feature)
  const compiled = code.compile(settings)
  return [
    {
      feature,
      mode: settings.mode,
      percent: settings.percent,
      moment: code.moment,
      compiled,
      scopeOf: code.scopeOf,
      createState: code.createState,
      decide: (state, call, now_us) => code.decide(compiled, state, call, now_us),
      ended: (state, call, now_us) => code.ended(compiled, state, call, now_us),
    },
  ]
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
