import { CATALOGUE, FEATURES, type Feature, type Side } from '../../model/feature.ts'
import { type Policy, rulesIn, settingsFor } from '../../model/policy.ts'
import type { BacktestAnswer } from '../contract.ts'
import type { Scope } from './scope.ts'

/** Names of a note; what is past them is counted. */
const NAMES_MAX = 5

const STANDS: Readonly<Record<Side, string>> = {
  caller: 'the tap of the caller, and behind',
  service: 'the tap before the service, and for',
}

/** Whose calls nobody would judge, since no tap stands on the side that would. */
function untappedNotes(features: BacktestAnswer['features'], untapped: Scope['untapped']): string[] {
  const asked = new Map<string, { service: string; side: Side; features: string[] }>()
  for (const { service, feature } of features) {
    const { side } = CATALOGUE[feature as Feature]
    const one = asked.get(`${side} ${service}`) ?? { service, side, features: [] }
    asked.set(`${side} ${service}`, one)
    one.features.push(feature)
  }
  return [...asked.values()].flatMap(({ service, side, features }) => {
    const found = untapped[side].filter(({ destination }) => destination === service)
    const callers = [...new Set(found.map(({ source }) => source))]
    if (callers.length === 0) return []
    const more = callers.length > NAMES_MAX ? ` and ${callers.length - NAMES_MAX} more` : ''
    const names = `${callers.slice(0, NAMES_MAX).join(', ')}${more}`
    return [
      `${service}: ${features.join(', ')} would act in ${STANDS[side]} ${names} there is none: these calls are counted, and nothing would happen to them.`,
    ]
  })
}

/** What a back-test does not say, in words: printed with the figures, so that nobody takes them for more. */
export function notesOf(
  policy: Policy,
  answer: Pick<BacktestAnswer, 'features' | 'silent' | 'coverage' | 'window' | 'calls'>,
  counts: { crowded: number; missed: number },
  untapped: Scope['untapped'],
): string[] {
  const notes: string[] = []
  const { coverage, window } = answer
  if (coverage.first_call !== null && Date.parse(coverage.first_call) - Date.parse(window.from) > 3_600_000) {
    notes.push(
      `Nothing was recorded before ${coverage.first_call.slice(0, 19)}Z: what happens rarely may be missing.`,
    )
  }
  const lost = coverage.lost + coverage.quarantined
  if (lost > 0) notes.push(`${lost} rows of the window were lost or could not be read; they are not judged.`)
  for (const service of answer.silent) notes.push(`No call to ${service} was recorded in the window.`)
  if (answer.features.some(({ mode }) => mode === 'enforce')) {
    notes.push(
      'Mode enforce is judged like dry-run, for all calls whatever the percentage; nothing was enforced for this answer.',
    )
  }
  const unread = [...policy.services.values()].flatMap((service) =>
    FEATURES.flatMap((feature) => {
      const settings = settingsFor(service, '', feature)
      return settings === undefined ? [] : rulesIn(feature, settings)
    }).filter(({ headers }) => headers !== undefined),
  )
  if (unread.length > 0) {
    const ids = unread.map(({ id }) => id).join(', ')
    notes.push(
      `Header fields are not recorded: rules that ask for them (${ids}) are judged as if no call had them.`,
    )
  }
  if (counts.crowded > 0)
    notes.push(`${counts.crowded} calls were too many under way at a time to be followed.`)
  if (counts.missed > 0)
    notes.push(`${counts.missed} calls were of kinds past the longest list; they are not judged.`)
  notes.push(...untappedNotes(answer.features, untapped))
  const overridden = [...policy.services].filter(([, { callers }]) => callers.size > 0).map(([name]) => name)
  if (overridden.length > 0)
    notes.push(
      `Callers with entries of their own: see "tapmesh config explain" for ${overridden.join(', ')}.`,
    )
  if (answer.features.filter(({ refused, good_cut }) => refused + good_cut > 0).length > 1) {
    notes.push('Each feature is judged as if it were alone: a call that two would refuse counts twice.')
  }
  if (answer.calls > 0)
    notes.push('The world judged is the one without the policy: callers would react to it.')
  const judged = FEATURES.filter((feature) => answer.features.some((each) => each.feature === feature))
  return [...notes, ...judged.map((feature) => `${feature}: ${CATALOGUE[feature].evidence}`)]
}
