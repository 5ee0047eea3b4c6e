import type { Feature } from '../../model/feature.ts'
import type { Given, GivenFeatures, Policy, ServicePolicy } from '../../model/policy.ts'

/** Experiments end by the tap's own clock: past its `expires` a feature is disabled, whoever is away. */

export interface Lapsed {
  policy: Policy
  /** Paths of what is disabled now, like `orders.retries` or `orders.callers.web.retries`. */
  lapsed: readonly string[]
  /** Milliseconds since 1970 of the next one to end; infinite where none is left. */
  next_ms: number
}

function expiryOf(given: Given | undefined): number | undefined {
  const value = given?.['expires']
  return typeof value === 'number' ? value : undefined
}

class Clock {
  readonly #now_ms: number
  readonly lapsed: string[] = []
  next_ms = Number.POSITIVE_INFINITY

  constructor(now_ms: number) {
    this.#now_ms = now_ms
  }

  #isPast(expires: number | undefined): boolean {
    if (expires === undefined) return false
    if (expires <= this.#now_ms) return true
    this.next_ms = Math.min(this.next_ms, expires)
    return false
  }

  service(name: string, service: ServicePolicy): ServicePolicy {
    const features: Partial<Record<Feature, Given>> = { ...service.features }
    for (const [feature, given] of Object.entries(service.features)) {
      if (!this.#isPast(expiryOf(given))) continue
      features[feature as Feature] = { ...given, mode: 'disabled' }
      this.lapsed.push(`${name}.${feature}`)
    }
    const callers = [...service.callers].map(
      ([caller, own]) => [caller, this.#caller(`${name}.callers.${caller}`, service.features, own)] as const,
    )
    return { ...service, features, callers: new Map(callers) }
  }

  /** A caller's entry has the service's end unless it has its own, and the service's mode from before that end. */
  #caller(where: string, service: GivenFeatures, own: GivenFeatures): GivenFeatures {
    const features: Partial<Record<Feature, Given>> = {}
    for (const [feature, given] of Object.entries(own)) {
      const above = service[feature as Feature]
      const past = this.#isPast(expiryOf(given) ?? expiryOf(above))
      const mode = past ? 'disabled' : (given['mode'] ?? above?.['mode'])
      features[feature as Feature] = mode === undefined ? given : { ...given, mode }
      if (past) this.lapsed.push(`${where}.${feature}`)
    }
    return features
  }
}

/** @param now_ms milliseconds since 1970 */
export function withoutLapsed(policy: Policy, now_ms: number): Lapsed {
  const clock = new Clock(now_ms)
  const services = [...policy.services].map(
    ([name, service]) => [name, clock.service(name, service)] as const,
  )
  const { lapsed, next_ms } = clock
  return { policy: { ...policy, services: new Map(services) }, lapsed, next_ms }
}
