import type { EnforcementAnswer, EnforcementCell } from '../../model/enforcement.ts'
import { FEATURES, type Feature } from '../../model/feature.ts'
import { PERCENT_DEFAULT, type ServicePolicy, settingsFor } from '../../model/policy.ts'
import type { Store } from '../../store/store.ts'
import { type Counts, readVerdictCounts } from '../query/verdict-counts.ts'
import { rfc3339, type Span } from '../query/window.ts'
import type { ControlView, RolloutsView } from './control-view.ts'

/** The matrix of services and features: what the document asks for, what is in force, what it said and did. */

export const BYPASSED = 'everything is bypassed by hand'

export interface EnforcementSource {
  store: Store
  control: ControlView
  rollouts: RolloutsView
}

/** Features that the document names for a service, or for one of its callers. */
function featuresOf({ features, callers }: ServicePolicy): Feature[] {
  const named = new Set([features, ...callers.values()].flatMap((given) => Object.keys(given)))
  return FEATURES.filter((feature) => named.has(feature))
}

/** What the document asks for and what taps are told. */
export function modesOf(
  { control }: Pick<EnforcementSource, 'control'>,
  service: string,
  feature: Feature,
): Pick<EnforcementCell, 'mode' | 'percent' | 'mode_in_force' | 'percent_in_force' | 'why' | 'expires'> {
  const named = control.file.policy.services.get(service)
  const settings = named && settingsFor(named, '', feature)
  const mode = settings?.mode ?? 'disabled'
  const percent = settings?.percent ?? PERCENT_DEFAULT
  const force = control.inForce(service, feature)
  const bypassed = control.bypassed && mode !== 'disabled'
  return {
    ...{ mode, percent },
    mode_in_force: bypassed ? 'disabled' : (force?.mode ?? 'disabled'),
    percent_in_force: force?.percent ?? percent,
    why: bypassed ? BYPASSED : (force?.why ?? null),
    expires: settings?.expires === undefined ? null : new Date(settings.expires).toISOString(),
  }
}

function stagesOf(
  { rollouts }: EnforcementSource,
  service: string,
  feature: Feature,
): Pick<EnforcementCell, 'latched' | 'rollout'> {
  const view = rollouts.view(service, feature)
  if (view === undefined) return { latched: null, rollout: null }
  const { latched, steps, at_step, next_us, held } = view
  return {
    latched: latched && { at: rfc3339(latched.at_us), reason: latched.reason },
    rollout:
      steps.length === 0
        ? null
        : { steps, at_step, next_at: next_us === null ? null : rfc3339(next_us), held },
  }
}

function cellOf(
  source: EnforcementSource,
  counts: Counts,
  service: string,
  feature: Feature,
): EnforcementCell {
  const callers = source.control.file.policy.services.get(service)?.callers ?? new Map()
  return {
    service,
    feature,
    ...modesOf(source, service, feature),
    ...stagesOf(source, service, feature),
    ...counts.of(service, feature),
    callers_overridden: [...callers.values()].filter((own) => own[feature] !== undefined).length,
  }
}

/**
 * Services in the order of the document, features in that of the catalogue.
 * @param now_us wall clock, microseconds @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
 */
export async function readEnforcement(
  source: EnforcementSource,
  span: Span,
  now_us: number,
): Promise<EnforcementAnswer> {
  const { store, control } = source
  const counts = await readVerdictCounts(store, span, now_us)
  return {
    window: { from: rfc3339(span.from_us), to: rfc3339(span.to_us) },
    revision: control.revision,
    bypass: control.bypassed,
    cells: [...control.file.policy.services].flatMap(([service, policy]) =>
      featuresOf(policy).map((feature) => cellOf(source, counts, service, feature)),
    ),
  }
}
