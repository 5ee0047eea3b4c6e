import { CONTROL_VERSION, type ControlState } from '../../../model/control.ts'
import type { GivenFeatures } from '../../../model/policy.ts'

/** A state as control would send it; `features` are those of the service orders. */
export function stateOf(features: object = {}, more: Partial<ControlState> = {}): ControlState {
  return {
    version: CONTROL_VERSION,
    revision: '0a1b2c3d.7',
    issued_at: '2026-11-20T10:00:00.000Z',
    trust_domain: 'prod.example',
    services: { orders: { features: features as GivenFeatures, callers: {} } },
    bypass: false,
    ...more,
  }
}

export const DRY_RUN = { authorization: { mode: 'dry-run', percent: 100, default: 'deny', rules: [] } }
