import { createHash } from 'node:crypto'
import { catalogueEntry, type Feature } from '../model/feature.ts'
import { type Given, GUARDS_DEFAULT, type Policy, type ServicePolicy, settingsFor } from '../model/policy.ts'
import { ALL, type RolloutPlan } from './rollout.ts'

/** Which features a rollout or a guard goes with, as the document has it. Pure. */

export interface Planned extends RolloutPlan {
  /** Name of the settings: another one where the feature's own parameters changed. */
  settings: string
  /** Percentage to begin with: the first step, or the one that a person set. */
  first: number
  /** Callers with entries of their own for the feature. */
  except: readonly string[]
}

const named = new WeakMap<object, string>()

/**
 * Documents do not change once they are read, so that each set of values is named once. Percent is no part
 * of it: who turns it up and down does not make the guards forget what they saw.
 */
function nameOf(given: Given): string {
  const known = named.get(given)
  if (known !== undefined) return known
  const { mode, percent, expires, ...values } = given
  const name = createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 16)
  named.set(given, name)
  return name
}

function exceptFor({ callers }: ServicePolicy, feature: Feature): string[] {
  return [...callers].filter(([, own]) => own[feature] !== undefined).map(([caller]) => caller)
}

/**
 * @returns undefined if there is nothing to watch: the service itself does not enforce the feature, the
 * feature never splits calls, or a person enforced it for all of them, so that there is nothing to compare with
 */
export function planOf(policy: Policy, service: string, feature: Feature): Planned | undefined {
  const own = policy.services.get(service)
  const given = own?.features[feature]
  if (own === undefined || given === undefined || catalogueEntry(feature).splits === false) return undefined
  const { mode, percent } = settingsFor(own, '', feature)!
  if (mode !== 'enforce') return undefined
  const { rollout } = own
  const isFixed = Object.hasOwn(given, 'percent') || rollout === undefined
  if (isFixed && percent >= ALL) return undefined
  const steps = isFixed || rollout === undefined ? [] : rollout.steps
  return {
    settings: nameOf(given),
    first: steps[0] ?? percent,
    steps,
    hold_us: isFixed ? 0 : (rollout?.hold ?? 0),
    guards: rollout?.guards ?? GUARDS_DEFAULT,
    except: exceptFor(own, feature),
  }
}

/** Every feature that is to be watched. */
export function plansOf(policy: Policy): { service: string; feature: Feature; plan: Planned }[] {
  return [...policy.services].flatMap(([service, { features }]) =>
    (Object.keys(features) as Feature[]).flatMap((feature) => {
      const plan = planOf(policy, service, feature)
      return plan === undefined ? [] : [{ service, feature, plan }]
    }),
  )
}
