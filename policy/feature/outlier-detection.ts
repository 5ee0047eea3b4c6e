import type { Settings } from '../../model/policy.ts'
import { callerScope, type FeatureModule, HTTP, isFault, PASS, type Verdict, verdict } from './feature.ts'

/**
 * Ejects endpoints that keep failing, as each caller sees them. In a small cluster no endpoint stands
 * out by standard deviations, so it goes by failures in a row and by the plain share of good calls.
 * The last healthy endpoint is never ejected.
 */

/** Endpoints watched at a time; what comes past them is never ejected. */
const ENDPOINTS_MAX = 1000

interface Endpoint {
  failures_in_row: number
  /** Of the current interval. */
  calls: number
  good: number
  interval_end_us: number
  /** Left out until then; after it a single call tries it (half-open). */
  ejected_until_us: number
  /** Ejected, and no call has gone well since. */
  open: boolean
  /** When the call left that tries it; 0 while none is under way. */
  tried_us: number
  why: Verdict<'divert' | 'pass'>
  ejections: number
  /** Sum of the lengths of its ejections. */
  ejected_us: number
}

type State = Map<string, Endpoint>

interface Compiled {
  settings: Settings<'outlierDetection'>
  inRow: Verdict<'divert'>
  share: Verdict<'divert'>
}

function endpointOf(state: State, name: string): Endpoint | undefined {
  const known = state.get(name)
  if (known || state.size >= ENDPOINTS_MAX) return known
  const fresh: Endpoint = {
    failures_in_row: 0,
    calls: 0,
    good: 0,
    interval_end_us: 0,
    ejected_until_us: 0,
    open: false,
    tried_us: 0,
    why: PASS,
    ejections: 0,
    ejected_us: 0,
  }
  state.set(name, fresh)
  return fresh
}

function mayEject(state: State, percent: number): boolean {
  let ejected = 0
  for (const endpoint of state.values()) if (endpoint.open) ejected++
  // In a small cluster a share of the endpoints may be less than one: one may always go.
  const most = Math.max(1, Math.floor((state.size * percent) / 100))
  return ejected + 1 <= most && ejected + 1 < state.size
}

function eject(
  { settings }: Compiled,
  state: State,
  endpoint: Endpoint,
  why: Endpoint['why'],
  now_us: number,
): void {
  if (!endpoint.open && !mayEject(state, settings.maxEjectionPercent)) return
  endpoint.ejections += 1
  const length_us = settings.baseEjectionTime * endpoint.ejections
  endpoint.ejected_until_us = now_us + length_us
  endpoint.ejected_us += length_us
  endpoint.open = true
  endpoint.tried_us = 0
  endpoint.why = why
  endpoint.failures_in_row = 0
  endpoint.calls = 0
  endpoint.good = 0
}

/** Ends the interval that is over. @returns whether its share of good calls was too low */
function closeInterval({ settings }: Compiled, endpoint: Endpoint, now_us: number): boolean {
  if (now_us < endpoint.interval_end_us) return false
  const { calls, good } = endpoint
  endpoint.calls = 0
  endpoint.good = 0
  endpoint.interval_end_us = now_us + settings.interval
  return calls >= settings.successRateRequestVolume && good / calls < settings.successRateThreshold
}

/** Methods that may be repeated (RFC 9110 section 9.2.2): only such a call tries an endpoint again. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** Whether a call would be kept away from the endpoint now; changes nothing. */
function isEjected(
  { settings }: Compiled,
  state: State,
  name: string,
  method: string,
  now_us: number,
): boolean {
  const endpoint = state.get(name)
  if (endpoint === undefined || !endpoint.open) return false
  if (now_us < endpoint.ejected_until_us) return true
  // A call that tries it and never ends, and a service without idempotent calls, hold it up for so long only.
  const patience_us = settings.baseEjectionTime
  if (endpoint.tried_us > 0) return now_us < endpoint.tried_us + patience_us
  return !IDEMPOTENT.has(method) && now_us < endpoint.ejected_until_us + patience_us
}

export const outlierDetection: FeatureModule<'outlierDetection', Compiled, State> = {
  moment: 'route',
  protocols: HTTP,
  stateless: false,
  columns: ['destination_instance'],
  routes: {
    narrow(compiled, state, { method }, endpoints, _zone, now_us) {
      return endpoints.filter(({ label }) => !isEjected(compiled, state, label, method, now_us))
    },
  },
  figures: {
    *endpoints(state) {
      for (const [endpoint, { ejections, ejected_us }] of state) yield { endpoint, ejections, ejected_us }
    },
  },
  compile(settings) {
    const { consecutive5xxErrors, successRateThreshold } = settings
    return {
      settings,
      inRow: verdict('divert', 'consecutive5xxErrors', `${consecutive5xxErrors} failures in a row`),
      share: verdict(
        'divert',
        'successRateThreshold',
        `fewer than ${successRateThreshold} of its calls good`,
      ),
    }
  },
  scopeOf: callerScope,
  createState: () => new Map(),
  decide(compiled, state, call, now_us) {
    const endpoint = endpointOf(state, call.destination_instance)
    if (endpoint === undefined || !endpoint.open) return PASS
    if (isEjected(compiled, state, call.destination_instance, call.method, now_us)) return endpoint.why
    endpoint.tried_us = now_us
    return PASS
  },
  ended(compiled, state, call, now_us) {
    const endpoint = endpointOf(state, call.destination_instance)
    // Calls that were under way when it was ejected say nothing new.
    if (endpoint === undefined || endpoint.ejected_until_us > call.ts) return
    if (closeInterval(compiled, endpoint, now_us)) eject(compiled, state, endpoint, compiled.share, now_us)
    const fault = isFault(call)
    if (endpoint.open) {
      if (fault) eject(compiled, state, endpoint, endpoint.why, now_us)
      else endpoint.open = false
      return
    }
    endpoint.calls += 1
    if (!fault) endpoint.good += 1
    endpoint.failures_in_row = fault ? endpoint.failures_in_row + 1 : 0
    if (endpoint.failures_in_row >= compiled.settings.consecutive5xxErrors) {
      eject(compiled, state, endpoint, compiled.inRow, now_us)
    }
  },
}
