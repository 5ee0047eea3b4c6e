import {
  CONTROL_SERVICES_MAX,
  CONTROL_STATE_BYTES_MAX,
  CONTROL_VERSION,
  type ControlService,
  type ControlState,
} from '../model/control.ts'
import { TapmeshError } from '../model/error.ts'
import type { Policy, ServicePolicy } from '../model/policy.ts'
import { featuresInForce, NO_OVERLAY, type Overlay } from './in-force.ts'
import type { Standing } from './standing.ts'

/** What a tap is told: the services that it asks about, with mode and percent as they are in force. */

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
function servicesState(
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

/** States kept as text, for taps that ask for the same services. */
const STATES_MAX = 1000

/** What taps are told, as JSON: written once a revision for all that ask alike. */
export class States {
  readonly #services = new Map<string, string>()

  /** @param asked names; those past CONTROL_SERVICES_MAX are left out */
  text(
    { revision, file, bypass }: Standing,
    asked: readonly string[],
    now_ms: number,
    overlay: Overlay,
  ): string {
    const names = asked.slice(0, CONTROL_SERVICES_MAX)
    const key = names.join('\n')
    let services = this.#services.get(key)
    if (services === undefined) {
      services = JSON.stringify(servicesState(file.policy, names, now_ms, overlay))
      if (this.#services.size >= STATES_MAX) this.#services.clear()
      this.#services.set(key, services)
    }
    const head: Omit<ControlState, 'services'> = {
      version: CONTROL_VERSION,
      revision,
      issued_at: new Date(now_ms).toISOString(),
      trust_domain: file.policy.trustDomain,
      bypass,
    }
    return `${JSON.stringify(head).slice(0, -1)},"services":${services}}`
  }

  /** Something else is in force. */
  clear(): void {
    this.#services.clear()
  }
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
