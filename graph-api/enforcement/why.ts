import type { WhyAnswer } from '../../model/enforcement.ts'
import type { ErrorPlace } from '../../model/error.ts'
import { type Feature, parametersOf } from '../../model/feature.ts'
import { originOf, type Rule, settingsFor } from '../../model/policy.ts'
import { type CallVerdict, findingOf, parseVerdict } from '../../model/verdict.ts'
import type { JudgedCall } from '../../policy/feature/feature.ts'
import { valueText } from '../../policy/parameter.ts'
import { type CallRow, callOf } from '../query/call.ts'
import type { ControlView } from './control-view.ts'
import type { RevisionPolicies, RevisionPolicy } from './revision-policies.ts'

/** What every feature said about one call, in words that the same code finds again. */

/** Name of the setting that a rule of a verdict is, `mode` where it is none. */
function settingOf({ feature, rule }: CallVerdict, policy: RevisionPolicy, call: CallRow): string {
  const named = policy.file.policy.services.get(call.destination)
  const settings = named && settingsFor(named, call.source, feature)
  if (settings === undefined) return 'mode'
  const values = settings as unknown as Readonly<Record<string, unknown>>
  const parameters = parametersOf(feature)
  for (const [name, { kind }] of parameters) {
    const place = kind === 'rules' ? (values[name] as Rule[]).findIndex(({ id }) => id === rule) : -1
    if (place >= 0) return `${name}.${place}`
  }
  // A verdict names the parameter that decided, or its value.
  const [found] =
    parameters.find(([name]) => name === rule) ?? parameters.find(([name]) => values[name] === rule) ?? []
  return found ?? 'mode'
}

function placeText({ file, line }: ErrorPlace): string | null {
  return line === undefined ? null : `${file}:${line}`
}

/** The line of the setting; where it is a default, the line of the feature's mode. */
function placeOf(verdict: CallVerdict, policy: RevisionPolicy, call: CallRow): string | null {
  const named = policy.file.policy.services.get(call.destination)
  if (named === undefined) return null
  const setting = settingOf(verdict, policy, call)
  const [head = ''] = setting.split('.')
  const origin = originOf(named, call.source, verdict.feature, head)
  const name = origin === 'default' ? 'mode' : setting
  const caller =
    originOf(named, call.source, verdict.feature, name.split('.')[0]!) === 'caller' ? call.source : ''
  return placeText(policy.file.placeOf(call.destination, caller, verdict.feature, name))
}

/** The value that the rule has in the document, such as `request 800ms`. */
function ruleText({ feature, rule }: CallVerdict, policy: RevisionPolicy, call: CallRow): string {
  const named = policy.file.policy.services.get(call.destination)
  const settings = named && settingsFor(named, call.source, feature)
  const [, parameter] = parametersOf(feature).find(([name]) => name === rule) ?? []
  if (settings === undefined || parameter === undefined) return rule
  return `${rule} ${valueText(parameter, (settings as unknown as Record<string, unknown>)[rule])}`
}

function reasonOf(verdict: CallVerdict, policy: RevisionPolicy | undefined, call: CallRow): string {
  const { feature, decision, rule, cohort } = verdict
  if (decision === 'pass') {
    return cohort === undefined
      ? 'nothing was to be said'
      : `nothing was to be said; the call is of the ${cohort} cohort`
  }
  if (policy === undefined) return 'the document that it ran under is not known here any more'
  const { ts_us, ...rest } = call
  const judged: JudgedCall = { ...rest, ts: ts_us, finding: findingOf(call.verdicts) }
  const judge = policy.engine
    .judgesFor(call.destination, call.source)
    .find((each) => each.feature === feature)
  const again = judge?.decide(judge.module.createState(), judged, ts_us)
  if (again !== undefined && again.decision === decision && again.rule === rule) return again.reason
  return `${rule === '' ? decision : ruleText(verdict, policy, call)}; the tap went by its state at that moment, which is not kept`
}

async function setBy(
  control: ControlView,
  service: string,
  feature: Feature,
  policy: RevisionPolicy | undefined,
): Promise<WhyAnswer['verdicts'][number]['set_by']> {
  if (policy === undefined) return null
  const entry = await control.lastChange(service, feature, policy.number)
  return entry ? { actor: entry.actor, at: entry.at, reason: entry.reason } : null
}

/** @throws TapmeshError TAPMESH_STORE_UNAVAILABLE */
export async function explainCall(
  control: ControlView,
  policies: RevisionPolicies,
  call: CallRow,
): Promise<WhyAnswer> {
  const { trace_id, source, destination, method, route, status, outcome, config_version } = call
  const said = call.verdicts.flatMap((text) => parseVerdict(text) ?? [])
  const policy = config_version === '' ? undefined : await policies.of(config_version)
  const verdicts: WhyAnswer['verdicts'][number][] = []
  for (const verdict of said) {
    verdicts.push({
      ...verdict,
      reason: reasonOf(verdict, policy, call),
      place: policy === undefined ? null : placeOf(verdict, policy, call),
      set_by: await setBy(control, destination, verdict.feature, policy),
    })
  }
  const { id, ts } = callOf(call)
  return { id, ts, trace_id, source, destination, method, route, status, outcome, config_version, verdicts }
}
