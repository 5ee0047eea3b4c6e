import type { Feature } from '../../model/feature.ts'
import type { Given, GivenFeatures, Policy } from '../../model/policy.ts'
import type { TapSettings } from '../settings.ts'

/**
 * One worker's part of what a tap as a whole may do. Parts are equal and fixed: no call waits for another
 * process, and all workers together never pass the limit. A caller that has a single connection, and so a
 * single worker, gets that worker's part only.
 */

/** Settings that bound calls of all callers or of one, and whether they are whole numbers. */
const DIVIDED: Partial<Record<Feature, Readonly<Record<string, 'whole' | 'rate'>>>> = {
  rateLimit: {
    requestsPerSecond: 'rate',
    burst: 'whole',
    'perCaller.requestsPerSecond': 'rate',
    'perCaller.burst': 'whole',
  },
  connectionPool: { maxConnections: 'whole', http1MaxPendingRequests: 'whole' },
  retries: { 'budget.minRetryRate.count': 'whole' },
}

/** Below one nothing would pass; 0 stays 0, since it means that. */
function wholePart(value: number, workers: number): number {
  return value === 0 ? 0 : Math.max(1, Math.floor(value / workers))
}

function dividedFeatures(features: GivenFeatures, workers: number): GivenFeatures {
  const entries = Object.entries(features).map(([feature, given]) => {
    const divided = DIVIDED[feature as Feature]
    return [feature, divided === undefined ? given : dividedValues(given, divided, workers)] as const
  })
  return Object.fromEntries(entries) as GivenFeatures
}

function dividedValues(given: Given, divided: Readonly<Record<string, 'whole' | 'rate'>>, workers: number) {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const kind = divided[name]
      if (kind === undefined || typeof value !== 'number') return [name, value]
      return [name, kind === 'rate' ? value / workers : wholePart(value, workers)]
    }),
  )
}

/** The policy as one of so many workers enforces it. */
export function policyShare(policy: Policy, workers: number): Policy {
  const services = [...policy.services].map(([name, service]) => {
    const callers = [...service.callers].map(
      ([caller, features]) => [caller, dividedFeatures(features, workers)] as const,
    )
    return [
      name,
      { ...service, features: dividedFeatures(service.features, workers), callers: new Map(callers) },
    ] as const
  })
  return { ...policy, services: new Map(services) }
}

/** The settings of one of so many workers. */
export function settingsShare(settings: TapSettings): TapSettings {
  const { collector, limits, workers } = settings
  return {
    ...settings,
    limits: {
      ...limits,
      connections_max: wholePart(limits.connections_max, workers),
    },
    collector: collector && {
      ...collector,
      buffer_bytes_max: wholePart(collector.buffer_bytes_max, workers),
    },
  }
}
