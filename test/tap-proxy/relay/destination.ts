import type { Destination } from '../../../net/destination.ts'
import type { Endpoint } from '../../../net/endpoint.ts'

/** A destination whose addresses never change and are used in turn. */
export function fixedDestination(targets: readonly Endpoint[]): Destination {
  let turn = -1
  return {
    pick: () => {
      turn = (turn + 1) % Math.max(1, targets.length)
      return targets[turn]
    },
    targets: () => targets,
    candidates: () => {
      if (targets.length < 2) return targets
      turn = (turn + 1) % targets.length
      return [...targets.slice(turn), ...targets.slice(0, turn)]
    },
    has: (endpoint) => targets.includes(endpoint),
    others: () => [],
    failed: () => {},
    worked: () => {},
  }
}
