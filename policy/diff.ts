import type { PolicyChange } from '../model/enforcement.ts'
import { catalogueEntry, FEATURES, type Feature, parametersOf } from '../model/feature.ts'
import { type Policy, type Rule, type ServicePolicy, settingsFor } from '../model/policy.ts'
import { momentText, valueText } from './parameter.ts'

/** What changes for calls between two policies: what holds is compared, not how it is written. */

const NOBODY: ServicePolicy = { features: {}, callers: new Map() }

function ruleText({ action, from, methods, paths, headers = {} }: Rule): string {
  const part = (word: string, list: readonly string[] | undefined) =>
    list === undefined ? '' : ` ${word} ${list.join(', ')}`
  const fields = Object.entries(headers).map(([name, values]) => ` header ${name}: ${values.join(', ')}`)
  return `${action}${part('from', from)}${part('methods', methods)}${part('paths', paths)}${fields.join('')}`
}

/** If a rollout chooses the percentage, its steps are named in its place. */
function percentText(
  { features, rollout }: ServicePolicy,
  caller: string,
  feature: Feature,
  percent: number,
) {
  const given = features[feature]
  const isChosen =
    caller === '' &&
    given?.['mode'] === 'enforce' &&
    !Object.hasOwn(given, 'percent') &&
    catalogueEntry(feature).splits !== false
  return rollout !== undefined && isChosen ? `${rollout.steps.join(', ')} by rollout` : String(percent)
}

/** Every value as text; a feature that is absent or disabled has one, its mode. */
function textsOf(service: ServicePolicy, caller: string, feature: Feature): Map<string, string> {
  const settings = settingsFor(service, caller, feature)
  if (settings === undefined || settings.mode === 'disabled') return new Map([['mode', 'disabled']])
  const values = settings as unknown as Readonly<Record<string, unknown>>
  const texts = new Map([
    ['mode', settings.mode],
    ['percent', percentText(service, caller, feature, settings.percent)],
    ...(settings.expires === undefined ? [] : [['expires', momentText(settings.expires)] as const]),
  ])
  for (const [name, parameter] of parametersOf(feature)) {
    if (parameter.kind !== 'rules') {
      if (values[name] !== undefined) texts.set(name, valueText(parameter, values[name]))
      continue
    }
    for (const rule of values[name] as readonly Rule[]) texts.set(`${name}.${rule.id}`, ruleText(rule))
  }
  return texts
}

const names = (one: Iterable<string>, other: Iterable<string>) => [...new Set([...one, ...other])]

function featureChanges(
  before: ServicePolicy,
  after: ServicePolicy,
  at: { service: string; caller: string; feature: Feature },
): PolicyChange[] {
  const old = textsOf(before, at.caller, at.feature)
  const now = textsOf(after, at.caller, at.feature)
  // What is switched off is told by that alone.
  const told = now.size === 1 ? ['mode'] : names(old.keys(), now.keys())
  return told
    .map((name) => ({ ...at, name, before: old.get(name) ?? 'none', after: now.get(name) ?? 'none' }))
    .filter((change) => change.before !== change.after)
}

/** In order of services, the callers of each after what holds for all. */
export function diffPolicies(before: Policy, after: Policy): PolicyChange[] {
  return names(before.services.keys(), after.services.keys()).flatMap((service) => {
    const old = before.services.get(service) ?? NOBODY
    const now = after.services.get(service) ?? NOBODY
    const callers = ['', ...names(old.callers.keys(), now.callers.keys())]
    const every = FEATURES.flatMap((feature) => featureChanges(old, now, { service, caller: '', feature }))
    const told = new Set(every.map(changeText))
    const single = callers
      .slice(1)
      .flatMap((caller) =>
        FEATURES.flatMap((feature) => featureChanges(old, now, { service, caller, feature })),
      )
    // What changes for a caller only because it changes for all is told once.
    return [...every, ...single.filter((change) => !told.has(changeText(change)))]
  })
}

/**
 * What a proposal for one service would change in its rules. Rules are held against each other by what
 * they say, whatever they are called.
 */
export function diffAuthorization(before: Policy, proposed: Policy, service: string): PolicyChange[] {
  const rules = (policy: Policy) => {
    const found = policy.services.get(service)
    const settings = found && settingsFor(found, '', 'authorization')
    return new Map(settings?.rules.map((rule) => [ruleText(rule), rule.id]))
  }
  const [old, now] = [rules(before), rules(proposed)]
  const change = (id: string, was: string, will: string): PolicyChange => ({
    ...{ service, caller: '', feature: 'authorization', name: `rules.${id}` },
    ...{ before: was, after: will },
  })
  return [
    ...[...old].filter(([text]) => !now.has(text)).map(([text, id]) => change(id, text, 'none')),
    ...[...now].filter(([text]) => !old.has(text)).map(([text, id]) => change(id, 'none', text)),
  ]
}

function changeText({ feature, name, before, after }: PolicyChange): string {
  return [feature, name, before, after].join('\x1f')
}
