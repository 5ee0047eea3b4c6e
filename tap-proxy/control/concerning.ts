import { catalogueEntry, type Feature } from '../../model/feature.ts'
import type { Given, GivenFeatures, Policy, ServicePolicy } from '../../model/policy.ts'

/**
 * The part of a policy that a tap can judge by: what is judged before a service is judged by that
 * service's own taps. Thousands of rules of the services that are called need not be made ready here.
 */

function callerSide(features: GivenFeatures): GivenFeatures {
  const kept: Partial<Record<Feature, Given>> = {}
  for (const [feature, given] of Object.entries(features)) {
    const { side, callerTap } = catalogueEntry(feature as Feature)
    if (side === 'caller' || callerTap !== undefined) kept[feature as Feature] = given
  }
  return kept
}

function asCaller(service: ServicePolicy): ServicePolicy {
  const callers = [...service.callers].map(([caller, own]) => [caller, callerSide(own)] as const)
  return { ...service, features: callerSide(service.features), callers: new Map(callers) }
}

/** @param service the tap's own */
export function concerning(policy: Policy, service: string): Policy {
  const services = [...policy.services].map(
    ([name, given]) => [name, name === service ? given : asCaller(given)] as const,
  )
  return { ...policy, services: new Map(services) }
}
