import type { Layout, Point, Spacing } from './spacing.ts'

/**
 * The way of an edge: cubic curves between columns, straight through the gap between two nodes
 * where it crosses a column. It bends around nodes, so that a line never seems to enter a node
 * that it does not belong to. Everything follows from positions; no edge ever moves a node.
 */

/** Start point, then for each cubic its two control points and its end. */
export type Curve = number[]

/** Free space kept between a passing line and a box. */
const CLEARANCE = 9
/** Distance between two lines that pass through one gap. */
const LANE = 6

interface Column {
  left: number
  right: number
  /** Blocked heights, from top to bottom, merged where no line fits between. */
  blocked: [top: number, bottom: number][]
  lanes: Map<number, number>
}

/** Columns of a layout with their blocked heights; make one per drawing, it counts the lanes used. */
export function columnsOf(layout: Pick<Layout, 'positions' | 'spacing'>): Column[] {
  const { node_width, node_height } = layout.spacing
  const by_x = new Map<number, number[]>()
  for (const { x, y } of Object.values(layout.positions)) {
    const heights = by_x.get(x)
    if (heights) heights.push(y)
    else by_x.set(x, [y])
  }
  return [...by_x]
    .sort(([a], [b]) => a - b)
    .map(([x, heights]) => {
      const blocked: [number, number][] = []
      for (const y of heights.sort((a, b) => a - b)) {
        const [top, bottom] = [y - node_height / 2 - CLEARANCE, y + node_height / 2 + CLEARANCE]
        const last = blocked[blocked.length - 1]
        if (last && top - last[1] < 2) last[1] = bottom
        else blocked.push([top, bottom])
      }
      return { left: x - node_width / 2, right: x + node_width / 2, blocked, lanes: new Map() }
    })
}

/** The free height nearest to `y` in a column, beside lines that pass there already. */
function passAt(column: Column, y: number): number {
  const block = column.blocked.find(([top, bottom]) => y > top && y < bottom)
  if (!block) return y
  const up = y - block[0] <= block[1] - y
  const edge = up ? block[0] : block[1]
  const used = column.lanes.get(edge) ?? 0
  column.lanes.set(edge, used + 1)
  const at = column.blocked.indexOf(block)
  const room = up
    ? block[0] - (column.blocked[at - 1]?.[1] ?? -Infinity)
    : (column.blocked[at + 1]?.[0] ?? Infinity) - block[1]
  const shift = Math.min(used * LANE, Math.max(room, 0))
  return up ? edge - shift : edge + shift
}

function bend(curve: Curve, to: Point): void {
  const [x, y] = [curve[curve.length - 2]!, curve[curve.length - 1]!]
  const half = Math.max((to.x - x) / 2, 18)
  curve.push(x + half, y, to.x - half, to.y, to.x, to.y)
}

/** From the right side of one box to the left side of another that stands further right. */
function forwardCurve(from: Point, to: Point, columns: readonly Column[]): Curve {
  const curve: Curve = [from.x, from.y]
  let { x: end, y } = from
  for (const column of columns) {
    if (column.left < end + 12 || column.right > to.x - 12) continue
    const share = ((column.left + column.right) / 2 - end) / (to.x - end)
    y = passAt(column, y + (to.y - y) * share)
    bend(curve, { x: column.left - 6, y })
    end = column.right + 6
    curve.push(column.left + 20, y, column.right - 20, y, end, y)
  }
  bend(curve, to)
  return curve
}

/** A call back to the left: out of the top of the caller, over the boxes, into the top of the callee. */
function backwardCurve(from: Point, to: Point, { node_height }: Spacing): Curve {
  const [top_from, top_to] = [from.y - node_height / 2, to.y - node_height / 2]
  const rise = Math.min(top_from, top_to) - 34 - Math.min(60, Math.abs(from.x - to.x) / 10)
  const shift = Math.min(40, Math.abs(from.x - to.x) / 6 + 14)
  return [from.x - 14, top_from, from.x - 14 - shift, rise, to.x + 14 + shift, rise, to.x + 14, top_to]
}

/** A call within one column: out to the right and back in from the right. */
function sidewaysCurve(from: Point, to: Point, { node_width }: Spacing): Curve {
  const x = from.x + node_width / 2
  const out = 34 + Math.min(30, Math.abs(from.y - to.y) / 8)
  const [y0, y1] = from.y < to.y ? [from.y + 10, to.y - 10] : [from.y - 10, to.y + 10]
  return [x, y0, x + out, y0, to.x + node_width / 2 + out, y1, to.x + node_width / 2, y1]
}

function loopCurve({ x, y }: Point, { node_width, node_height }: Spacing): Curve {
  const [side, top] = [x + node_width / 2 - 22, y - node_height / 2]
  return [side - 26, top, side - 26, top - 30, side + 10, top - 30, side + 10, top]
}

/**
 * @param from centre of the caller @param to centre of the callee
 * @param ports how far above or below the middle the line leaves and enters
 */
export function curveOf(
  from: Point,
  to: Point,
  ports: { out: number; into: number },
  columns: readonly Column[],
  spacing: Spacing,
): Curve {
  if (from.x === to.x && from.y === to.y) return loopCurve(from, spacing)
  const half = spacing.node_width / 2
  if (to.x - from.x > spacing.node_width + 16) {
    return forwardCurve(
      { x: from.x + half, y: from.y + ports.out },
      { x: to.x - half, y: to.y + ports.into },
      columns,
    )
  }
  if (Math.abs(to.x - from.x) <= spacing.node_width + 16) return sidewaysCurve(from, to, spacing)
  return backwardCurve(from, to, spacing)
}

/** Point and direction at `share` (0..1) of the curve's cubics, for labels and arrows. */
export function pointAt(curve: Curve, share: number): Point & { dx: number; dy: number } {
  const cubics = (curve.length - 2) / 6
  const scaled = Math.min(share * cubics, cubics - 1e-9)
  const at = Math.floor(scaled)
  const t = scaled - at
  const [x0, y0, x1, y1, x2, y2, x3, y3] = curve.slice(at * 6, at * 6 + 8) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const u = 1 - t
  const mix = (a: number, b: number, c: number, d: number) =>
    u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d
  const slope = (a: number, b: number, c: number, d: number) =>
    3 * u * u * (b - a) + 6 * u * t * (c - b) + 3 * t * t * (d - c)
  return {
    x: mix(x0, x1, x2, x3),
    y: mix(y0, y1, y2, y3),
    dx: slope(x0, x1, x2, x3),
    dy: slope(y0, y1, y2, y3),
  }
}

const round = (value: number): number => Math.round(value * 10) / 10

/** The `d` of an SVG path; a canvas feeds the same numbers to bezierCurveTo. */
export function pathOf(curve: Curve): string {
  let d = `M${round(curve[0]!)} ${round(curve[1]!)}`
  for (let at = 2; at < curve.length; at += 6) {
    d += `C${curve
      .slice(at, at + 6)
      .map(round)
      .join(' ')}`
  }
  return d
}
