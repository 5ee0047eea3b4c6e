import type { Destination, Target } from '../../../net/resolve.ts'

/** A destination whose addresses never change; `pick` goes through them in turn. */
export function fixedDestination(targets: readonly Target[]): Destination {
  let turn = -1
  return {
    pick: () => {
      turn = (turn + 1) % Math.max(1, targets.length)
      return targets[turn]
    },
    targets: () => targets,
    candidates: () => targets,
    others: () => [],
    failed: () => {},
    worked: () => {},
  }
}
