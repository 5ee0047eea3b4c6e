import type { Settings } from '../../model/policy.ts'
import {
  callerScope,
  type FeatureModule,
  HTTP,
  isFault,
  type JudgedCall,
  PASS,
  type Verdict,
  verdict,
} from './feature.ts'

/**
 * Calls stay in the first zone of the list that is healthy. An endpoint is unhealthy after failures in
 * a row; after a while a single call tries it again. A zone that was never called counts as healthy.
 */

/** Endpoints watched at a time; what comes past them counts as healthy. */
const ENDPOINTS_MAX = 1000

interface Health {
  zone: string
  failures_in_row: number
  /** 0 while it is healthy. */
  retry_at_us: number
}

export type ZoneHealth = Map<string, Health>

interface Compiled {
  settings: Settings<'failover'>
  left: Verdict<'divert'>
  unlisted: Verdict<'divert'>
}

function healthOf(state: ZoneHealth, endpoint: string, zone: string): Health | undefined {
  const known = state.get(endpoint)
  if (known || state.size >= ENDPOINTS_MAX) return known
  const fresh: Health = { zone, failures_in_row: 0, retry_at_us: 0 }
  state.set(endpoint, fresh)
  return fresh
}

/** Whether so many of the endpoints known in a zone are healthy, or one is due to be tried. */
function isHealthy(settings: Settings<'failover'>, state: ZoneHealth, zone: string, now_us: number): boolean {
  let [all, healthy] = [0, 0]
  for (const endpoint of state.values()) {
    if (endpoint.zone !== zone) continue
    all++
    if (endpoint.retry_at_us <= now_us) healthy++
  }
  return all === 0 || healthy * 100 >= all * settings.healthyPercent
}

/** The zone that calls go to now; the first one where none is healthy. */
export function zoneFor(settings: Settings<'failover'>, state: ZoneHealth, now_us: number): string {
  return settings.order.find((zone) => isHealthy(settings, state, zone, now_us)) ?? settings.order[0]!
}

export const failover: FeatureModule<'failover', Compiled, ZoneHealth> = {
  moment: 'route',
  protocols: HTTP,
  stateless: false,
  columns: ['destination_instance', 'destination_zone'],
  routes: {
    narrow({ settings }, state, _call, endpoints, zone, now_us) {
      const wanted = zoneFor(settings, state, now_us)
      return endpoints.filter((endpoint) => (endpoint.zone || zone) === wanted)
    },
  },
  compile(settings: Settings<'failover'>) {
    const { healthyPercent, order } = settings
    return {
      settings,
      left: verdict(
        'divert',
        'healthyPercent',
        `fewer than ${healthyPercent} % of its zone's endpoints healthy`,
      ),
      unlisted: verdict('divert', 'order', `its zone is not one of ${order.join(', ')}`),
    }
  },
  scopeOf: callerScope,
  createState: () => new Map(),
  decide({ settings, left, unlisted }, state, { destination_instance, destination_zone: zone }, now_us) {
    const endpoint = healthOf(state, destination_instance, zone)
    if (!settings.order.includes(zone)) return unlisted
    if (zoneFor(settings, state, now_us) === zone) {
      // One call tries what was unhealthy; the next ones wait for what comes of it.
      if (endpoint && endpoint.retry_at_us > 0) endpoint.retry_at_us = now_us + settings.recoveryTime
      return PASS
    }
    return left
  },
  ended({ settings }, state, call: JudgedCall, now_us) {
    const endpoint = healthOf(state, call.destination_instance, call.destination_zone)
    if (endpoint === undefined) return
    if (!isFault(call)) {
      endpoint.failures_in_row = 0
      endpoint.retry_at_us = 0
      return
    }
    endpoint.failures_in_row += 1
    if (endpoint.failures_in_row >= settings.consecutiveErrors) {
      endpoint.retry_at_us = now_us + settings.recoveryTime
    }
  },
}
