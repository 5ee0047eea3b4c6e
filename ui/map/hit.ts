import type { Curve } from '../../picture/path.ts'
import { pointAt } from '../../picture/path.ts'
import type { Scene, SceneEdge, SceneNode } from '../../picture/scene.ts'

/** What lies under a point of the picture, for a renderer without elements. */

/** How far beside a line a press still means it, in pixels of the screen. */
const REACH_PX = 7
/** Straight parts that a curve is cut into for measuring. */
const PARTS = 16

export function nodeAt(scene: Scene, x: number, y: number): SceneNode | undefined {
  return scene.nodes.findLast(
    (node) => Math.abs(node.x - x) <= node.width / 2 && Math.abs(node.y - y) <= node.height / 2,
  )
}

/** @param scale of the screen, so that the reach is the same at every zoom */
export function edgeAt(scene: Scene, x: number, y: number, scale: number): SceneEdge | undefined {
  const reach = REACH_PX / scale
  let nearest: SceneEdge | undefined
  let least = reach
  for (const edge of scene.edges) {
    if (!inReach(edge.curve, x, y, reach)) continue
    const far = distanceTo(edge.curve, x, y)
    if (far > least) continue
    least = far
    nearest = edge
  }
  return nearest
}

/** A curve stays inside the hull of its points. */
function inReach(curve: Curve, x: number, y: number, reach: number): boolean {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (let at = 0; at < curve.length; at += 2) {
    left = Math.min(left, curve[at]!)
    right = Math.max(right, curve[at]!)
    top = Math.min(top, curve[at + 1]!)
    bottom = Math.max(bottom, curve[at + 1]!)
  }
  return x >= left - reach && x <= right + reach && y >= top - reach && y <= bottom + reach
}

function distanceTo(curve: Curve, x: number, y: number): number {
  let least = Infinity
  let before = pointAt(curve, 0)
  const parts = (PARTS * (curve.length - 2)) / 6
  for (let part = 1; part <= parts; part++) {
    const here = pointAt(curve, part / parts)
    const [dx, dy] = [here.x - before.x, here.y - before.y]
    const along = ((x - before.x) * dx + (y - before.y) * dy) / (dx * dx + dy * dy || 1)
    const t = Math.min(1, Math.max(0, along))
    least = Math.min(least, Math.hypot(x - before.x - t * dx, y - before.y - t * dy))
    before = here
  }
  return least
}
