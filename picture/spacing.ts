/** Sizes of the picture in its own units (pixels at a scale of 1), and what a layout is. */

export interface Point {
  x: number
  y: number
}

/** Box and gap sizes; chosen once per layout and kept, so that a growing graph does not jump. */
export interface Spacing {
  node_width: number
  node_height: number
  /** Free space between two columns, where edges bend and labels stand. */
  column_gap: number
  /** Free space between two nodes of a column. */
  row_gap: number
}

/** Positions are the centres of the nodes. `left` and `top` are those of the whole picture. */
export interface Layout {
  positions: Record<string, Point>
  left: number
  top: number
  width: number
  height: number
  spacing: Spacing
}

const ROOMY: Spacing = { node_width: 184, node_height: 64, column_gap: 108, row_gap: 52 }
const COMPACT: Spacing = { node_width: 164, node_height: 40, column_gap: 84, row_gap: 14 }

/** Nodes up to which a picture has room for two lines in each box. */
export const ROOMY_NODES_MAX = 40

export const MARGIN = 28

export function spacingFor(nodes: number): Spacing {
  return nodes <= ROOMY_NODES_MAX ? ROOMY : COMPACT
}

/** Smallest frame around all boxes, with a margin. */
export function frameOf(
  positions: Record<string, Point>,
  spacing: Spacing,
): Pick<Layout, 'left' | 'top' | 'width' | 'height'> {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const { x, y } of Object.values(positions)) {
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  if (left > right) return { left: 0, top: 0, width: 0, height: 0 }
  const [half_width, half_height] = [spacing.node_width / 2 + MARGIN, spacing.node_height / 2 + MARGIN]
  return {
    left: left - half_width,
    top: top - half_height,
    width: right - left + 2 * half_width,
    height: bottom - top + 2 * half_height,
  }
}
