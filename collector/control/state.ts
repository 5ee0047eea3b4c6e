import {
  CONTROL_STATE_BYTES_MAX,
  CONTROL_VERSION,
  type ControlService,
  type ControlState,
} from '../../model/control.ts'
import { TapmeshError } from '../../model/error.ts'
import type { Policy, ServicePolicy } from '../../model/policy.ts'
import { featuresInForce, NO_OVERLAY, type Overlay } from './in-force.ts'

/** What a tap is told: the services that it asks about, with mode and percent as they are in force. */

export interface StateHead {
  revision: string
  trustDomain: string
  bypass: boolean
}

function serviceState(name: string, policy: ServicePolicy, now_ms: number, overlay: Overlay): ControlService {
  return {
    features: featuresInForce(policy, name, '', now_ms, overlay),
    callers: Object.fromEntries(
      [...policy.callers.keys()].map((caller) => [
        caller,
        featuresInForce(policy, name, caller, now_ms, overlay),
      ]),
    ),
  }
}

/** @param services names; those the policy does not name are left out */
export function servicesState(
  policy: Policy,
  services: readonly string[],
  now_ms: number,
  overlay: Overlay,
): ControlState['services'] {
  return Object.fromEntries(
    services.flatMap((name) => {
      const found = policy.services.get(name)
      return found ? [[name, serviceState(name, found, now_ms, overlay)]] : []
    }),
  )
}

export function stateHead(
  { revision, trustDomain, bypass }: StateHead,
  now_ms: number,
): Omit<ControlState, 'services'> {
  const issued_at = new Date(now_ms).toISOString()
  return { version: CONTROL_VERSION, revision, issued_at, trust_domain: trustDomain, bypass }
}

/**
 * Aliases make a small document a large state, which taps would refuse.
 * @throws TapmeshError TAPMESH_CONFIG_TOO_LARGE
 */
export function checkStateSize(policy: Policy): void {
  const state = servicesState(policy, [...policy.services.keys()], 0, NO_OVERLAY)
  const bytes = Buffer.byteLength(JSON.stringify(state))
  if (bytes <= CONTROL_STATE_BYTES_MAX / 2) return
  throw new TapmeshError(
    'TAPMESH_CONFIG_TOO_LARGE',
    `the policy is ${bytes} bytes when it is written out, ${CONTROL_STATE_BYTES_MAX / 2} are the most`,
    'Look for aliases that repeat long lists; write rules that many callers share once.',
  )
}
