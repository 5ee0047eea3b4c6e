import type { Selection } from 'd3-selection'
import { selection } from 'd3-selection'

/**
 * Stands in for d3-transition and d3-interpolate in the bundle (ui/build.mjs). d3-zoom needs them
 * only for animated jumps, which the map never makes: a picture that holds still. That takes 30 kB
 * of script away. What remains is the empty answer to "stop whatever moves".
 */

type Any = Selection<Element, unknown, null, undefined>
;(selection.prototype as unknown as { interrupt(): Any }).interrupt = function interrupt(this: Any) {
  return this
}

/** Nothing moves, so there is nothing to stop. */
export function interrupt(): void {
  // Empty on purpose.
}

/** Never called without a transition; ends where it should. */
export function interpolateZoom(
  _from: unknown,
  to: [number, number, number],
): () => [number, number, number] {
  return () => to
}
