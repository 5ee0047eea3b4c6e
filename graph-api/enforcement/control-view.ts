import type { Control } from '../../control/control.ts'
import type { RolloutDriver } from '../../control/rollout-driver.ts'

/** What answers about policies ask of control. */
export type ControlView = Pick<
  Control,
  'revision' | 'file' | 'bypassed' | 'current' | 'inForce' | 'lastChange' | 'revisionOf'
>

/** Where rollouts and latches stand. */
export type RolloutsView = Pick<RolloutDriver, 'view'>

/** Where nothing is rolled out. */
export const NO_ROLLOUTS: RolloutsView = { view: () => undefined }
