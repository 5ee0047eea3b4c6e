import { readCohorts } from '../../control/cohorts.ts'
import type { RolloutView } from '../../control/rollout-driver.ts'
import type { Cohort } from '../../control/rollout-guard.ts'
import type { CohortSignals, EvidenceAnswer } from '../../model/enforcement.ts'
import type { Feature } from '../../model/feature.ts'
import { type Explained, explainFeature } from '../../policy/explain.ts'
import { type EvidenceQuery, type Examined, readEvidenceRows, readExamined } from '../query/evidence.ts'
import { readForecast } from '../query/forecast.ts'
import { quantiles, share } from '../query/signals.ts'
import { rfc3339, type Span } from '../query/window.ts'
import type { ControlView } from './control-view.ts'
import { type EnforcementSource, modesOf } from './enforcement.ts'
import { adviceFor, lockedBy, type Standing } from './locked.ts'
import { tapAdvice } from './tap-advice.ts'

/** What speaks for and against the next step of one feature of one service. */

/** Percentages that are proposed where the document has no steps of its own. */
const STEPS = [1, 5, 25, 100] as const
/** Not parameters: where the feature stands. */
const HEADS: ReadonlySet<string> = new Set(['mode', 'percent', 'expires'])

function settingsOf(control: ControlView, service: string, feature: Feature): EvidenceAnswer['settings'] {
  if (!control.file.policy.services.has(service)) return []
  const rows: Explained[] = explainFeature(control.file, service, feature, '')
  return rows
    .filter(({ name }) => !HEADS.has(name))
    .map(({ name, value, origin }) => ({ name, value, origin }))
}

function signalsOf({ calls, errors, duration }: Cohort): CohortSignals | null {
  if (calls === 0) return null
  const { p50_us, p99_us } = quantiles(duration)
  return { calls, errors, error_rate: share(errors, calls), p50_us, p99_us }
}

/** How the shell reads a name with any characters as one word. */
function word(text: string): string {
  return /^[A-Za-z0-9._@:/+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** The command that takes the next step; empty at the end, and where a rollout takes it by itself. */
function commandFor(
  service: string,
  { feature, mode, percent, latched }: Standing,
  steps: readonly number[],
): string {
  const target = word(`${service}.${feature}`)
  const set = (values: string) => `tapmesh config set ${target} ${values} --reason "…"`
  if (latched) return `tapmesh config rearm ${target} --reason "…"`
  if (mode === 'disabled') return set('mode=dry-run')
  if (mode === 'dry-run') return set(steps.length > 0 ? 'mode=enforce' : `mode=enforce percent=${STEPS[0]}`)
  const next = STEPS.find((step) => step > percent)
  return next === undefined || steps.length > 0 ? '' : set(`percent=${next}`)
}

/** The time under the settings in force, as far as the window goes. */
function clipped(span: Span, changed_us: number): Span {
  const from_us = Math.min(Math.max(span.from_us, changed_us), span.to_us - 1)
  return { from_us, to_us: span.to_us }
}

interface Asked {
  service: string
  feature: Feature
  span: Span
  now_us: number
}

async function cohortsOf(
  { store, control }: EnforcementSource,
  { service, feature, now_us }: Asked,
  { span, since }: EvidenceQuery,
  view: RolloutView | undefined,
) {
  const callers = control.file.policy.services.get(service)?.callers ?? new Map()
  const except = [...callers].filter(([, own]) => own[feature] !== undefined).map(([caller]) => caller)
  const since_us = Math.max(span.from_us, Math.min(view?.since_us ?? 0, span.to_us - 1))
  const query = { service, feature, from_us: since_us, to_us: span.to_us, except, revision: since ?? '' }
  const { treated, control: untreated } = await readCohorts(store, query, now_us)
  return { treated: signalsOf(treated), control: signalsOf(untreated) }
}

/** The forecast of the newest change, and the same share as it was seen since. */
async function ledgerOf({ store }: EnforcementSource, { now_us }: Asked, query: EvidenceQuery) {
  const made = await readForecast(store, query.service, query.feature)
  const since =
    made === undefined
      ? query
      : { ...query, span: { ...query.span, from_us: Math.min(made.made_us, query.span.to_us - 1) } }
  const { calls, affected } = await readExamined(store, since, now_us)
  return {
    forecast: made
      ? {
          made_at: made.made_at,
          calls: made.calls,
          affected: made.affected,
          share: share(made.affected, made.calls),
        }
      : null,
    observed: calls === 0 ? null : { calls, affected, share: share(affected, calls) },
  }
}

function blastOf({ calls, affected, callers, callers_affected }: Examined): EvidenceAnswer['blast'] {
  return { callers: callers_affected, callers_all: callers, share: share(affected, calls) }
}

const moment = (us: number): string | null => (us === 0 ? null : rfc3339(us))

/** @throws TapmeshError TAPMESH_STORE_UNAVAILABLE */
export async function readEvidence(source: EnforcementSource, asked: Asked): Promise<EvidenceAnswer> {
  const { store, control, rollouts } = source
  const { service, feature, now_us } = asked
  const changed = await control.lastChange(service, feature)
  const span = clipped(asked.span, changed === undefined ? 0 : Date.parse(changed.at) * 1000)
  const query: EvidenceQuery = { service, feature, span, since: changed?.revision }
  const view = rollouts.view(service, feature)
  const modes = modesOf(source, service, feature)
  const [examined, rows, cohorts, ledger] = await Promise.all([
    readExamined(store, query, now_us),
    readEvidenceRows(store, query),
    cohortsOf(source, asked, query, view),
    ledgerOf(source, asked, query),
  ])
  const { mode, percent } = modes
  const standing: Standing = {
    ...{ feature, mode, percent, examined },
    bypassed: control.bypassed,
    latched: view?.latched ? { at: rfc3339(view.latched.at_us), reason: view.latched.reason } : null,
    held: view?.held ?? null,
    guards: control.file.policy.services.get(service)?.rollout?.guards,
  }
  return {
    window: { from: rfc3339(span.from_us), to: rfc3339(span.to_us) },
    ...{ service, feature, mode, percent },
    settings: settingsOf(control, service, feature),
    examined: examined.calls,
    first_verdict: moment(examined.first_us),
    last_verdict: moment(examined.last_us),
    rows,
    blast: blastOf(examined),
    ...cohorts,
    ...ledger,
    locked: lockedBy(standing, now_us),
    advice: [...adviceFor(standing), ...tapAdvice(control.current().taps, service, feature)],
    command: commandFor(service, standing, control.file.policy.services.get(service)?.rollout?.steps ?? []),
  }
}
