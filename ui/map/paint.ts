import { lineHeight } from '../../picture/label.ts'
import { NODE_LOOK } from '../../picture/node-look.ts'
import type { Palette } from '../../picture/palette.ts'
import { BADGES, DASHES, SLO_MARKS } from '../../picture/palette.ts'
import type { Scene, SceneEdge, SceneNode } from '../../picture/scene.ts'
import { textRows } from '../../picture/scene.ts'
import type { Light } from './light.ts'

/** The scene's primitives on a canvas; the same shapes, dashes and badges as in SVG. */

export interface PaintOptions {
  palette: Palette
  light: Light | undefined
  /** Services in focus; others fade. */
  near: ReadonlySet<string> | undefined
  /** Services that only stay as the other end of what was found. */
  context: ReadonlySet<string> | undefined
  crowded: boolean
  selected_node: string
  selected_edge: string
  /** The service that has the keyboard's focus. */
  focused: string
  /** Edges of the picture's own units that are in sight. */
  view: { left: number; top: number; right: number; bottom: number }
}

const FONT = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"
const [FAR, DIM, DIM_EDGE] = [0.15, 0.35, 0.12]

const dashes = new Map<string, number[]>()
function dashOf(pattern: string): number[] {
  let found = dashes.get(pattern)
  if (!found) {
    found = pattern === '' ? [] : pattern.split(' ').map(Number)
    dashes.set(pattern, found)
  }
  return found
}

function trace(context: CanvasRenderingContext2D, { curve }: SceneEdge): void {
  context.beginPath()
  context.moveTo(curve[0]!, curve[1]!)
  for (let at = 2; at < curve.length; at += 6) {
    context.bezierCurveTo(
      curve[at]!,
      curve[at + 1]!,
      curve[at + 2]!,
      curve[at + 3]!,
      curve[at + 4]!,
      curve[at + 5]!,
    )
  }
}

function edgeAlpha(edge: SceneEdge, options: PaintOptions): number {
  const { light, near, crowded } = options
  if (near && !(near.has(edge.source) && near.has(edge.destination))) return DIM_EDGE / 2
  if (light) return light.edges.has(edge.key) ? 1 : DIM_EDGE
  const wrong = edge.health === 'warn' || edge.health === 'bad'
  return wrong ? 1 : crowded ? 0.28 : 0.75
}

function paintEdge(context: CanvasRenderingContext2D, edge: SceneEdge, options: PaintOptions): void {
  const { palette } = options
  const selected = edge.key === options.selected_edge
  const colour = selected ? palette.accent : edge.health === 'ok' ? palette.line : palette.health[edge.health]
  context.globalAlpha = selected ? 1 : edgeAlpha(edge, options)
  context.strokeStyle = colour
  context.lineWidth = edge.width
  context.setLineDash(dashOf(DASHES[edge.health]))
  trace(context, edge)
  context.stroke()
}

function paintTip(context: CanvasRenderingContext2D, edge: SceneEdge, options: PaintOptions): void {
  const { palette } = options
  const { x, y, angle } = edge.arrow
  const [sin, cos] = [Math.sin((angle * Math.PI) / 180), Math.cos((angle * Math.PI) / 180)]
  const corner = (dx: number, dy: number): [number, number] => [
    x + dx * cos - dy * sin,
    y + dx * sin + dy * cos,
  ]
  context.globalAlpha = Math.min(1, edgeAlpha(edge, options) * 1.6)
  context.fillStyle =
    edge.key === options.selected_edge
      ? palette.accent
      : edge.health === 'ok'
        ? palette.line
        : palette.health[edge.health]
  context.beginPath()
  context.moveTo(...corner(1, 0))
  context.lineTo(...corner(-9, -4.5))
  context.lineTo(...corner(-9, 4.5))
  context.fill()
}

function nodeAlpha(node: SceneNode, { light, near, context }: PaintOptions): number {
  if (near && !near.has(node.id)) return FAR
  if (light && !light.nodes.has(node.id)) return DIM
  return context?.has(node.id) ? DIM : 1
}

function paintBox(
  context: CanvasRenderingContext2D,
  node: SceneNode,
  scene: Scene,
  options: PaintOptions,
): void {
  const { palette } = options
  const [x, y] = [node.x - node.width / 2, node.y - node.height / 2]
  const wrong = node.health === 'warn' || node.health === 'bad'
  const chosen = node.id === options.selected_node || node.id === options.focused
  const colour = chosen
    ? palette.accent
    : wrong || scene.detail === 'boxes'
      ? palette.health[node.health]
      : palette.border
  const box = (dx: number, dy: number) => {
    context.beginPath()
    context.roundRect(x + dx, y + dy, node.width - 2 * dx, node.height, 10)
  }
  context.strokeStyle = colour
  context.lineWidth = scene.detail === 'boxes' ? 3 : chosen ? 3 : 1.5
  context.setLineDash([...NODE_LOOK[node.kind].dashes])
  context.fillStyle = node.kind === 'service' ? palette.surface : palette.canvas
  if (node.members > 0) {
    box(5, -5)
    context.fill()
    context.stroke()
  }
  box(0, 0)
  if (context.globalAlpha < 1) {
    // Lines that run below must not show through what is only dimmed.
    const alpha = context.globalAlpha
    context.globalAlpha = 1
    const fill = context.fillStyle
    context.fillStyle = palette.canvas
    context.fill()
    context.fillStyle = fill
    context.globalAlpha = alpha
  }
  context.fill()
  if (scene.detail === 'boxes') {
    context.globalAlpha *= 0.3
    context.fillStyle = palette.health[node.health]
    context.fill()
    context.globalAlpha /= 0.3
  }
  context.stroke()
}

/** From afar only what is wrong has its badge, on the corner, so that no state is told by colour alone. */
function paintFarBadge(context: CanvasRenderingContext2D, node: SceneNode, { palette }: PaintOptions): void {
  if (node.health !== 'warn' && node.health !== 'bad') return
  context.font = `26px ${FONT}`
  context.textAlign = 'center'
  context.fillStyle = palette.health[node.health]
  context.fillText(BADGES[node.health], node.x - node.width / 2, node.y - node.height / 2 + 9)
}

function paintWords(
  context: CanvasRenderingContext2D,
  node: SceneNode,
  scene: Scene,
  options: PaintOptions,
): void {
  const { palette } = options
  const left = node.x - node.width / 2
  context.fillStyle = palette.text
  if (scene.detail === 'names') {
    context.font = `600 20px ${FONT}`
    context.textAlign = 'center'
    context.fillText(node.name, node.x, node.y + 7)
    return
  }
  const rows = textRows(node)
  context.textAlign = 'left'
  context.font = `600 16px ${FONT}`
  context.fillText(node.name, left + 32, node.y + rows.name)
  context.font = `12px ${FONT}`
  context.fillStyle = palette.health[node.health]
  context.fillText(BADGES[node.health], left + 12, node.y + 5)
  if (rows.stats === undefined) return
  context.font = `13px ${FONT}`
  context.fillStyle = palette.muted
  context.fillText(node.stats, left + 32, node.y + rows.stats)
}

const SLO_HEALTH = { ok: 'ok', burning: 'warn', exhausted: 'bad' } as const

function paintSlo(context: CanvasRenderingContext2D, node: SceneNode, { palette }: PaintOptions): void {
  if (!node.slo) return
  const [x, y] = [node.x + node.width / 2 - 16, node.y - node.height / 2]
  context.setLineDash([])
  context.lineWidth = 1.5
  context.strokeStyle = palette.health[SLO_HEALTH[node.slo]]
  context.fillStyle = palette.surface
  context.beginPath()
  context.arc(x, y, 8, 0, 2 * Math.PI)
  context.fill()
  context.stroke()
  context.font = `700 11px ${FONT}`
  context.textAlign = 'center'
  context.fillStyle = palette.health_text[SLO_HEALTH[node.slo]]
  context.fillText(SLO_MARKS[node.slo], x, y + 4)
}

function paintLabel(context: CanvasRenderingContext2D, edge: SceneEdge, { palette }: PaintOptions): void {
  const { label, health } = edge
  if (!label) return
  context.globalAlpha = 0.85
  context.fillStyle = palette.canvas
  context.fillRect(label.x - label.width / 2, label.y - label.height / 2, label.width, label.height)
  context.globalAlpha = 1
  context.textAlign = 'center'
  const colour = health === 'warn' || health === 'bad' ? palette.health_text[health] : palette.muted
  label.lines.forEach((line, at) => {
    const loss = at >= (label.loss_from ?? label.lines.length)
    context.font = `${loss ? '600 ' : ''}13px ${FONT}`
    context.fillStyle = loss ? palette.health_text.warn : colour
    context.fillText(line, label.x, lineHeight(label, at))
  })
}

/** Paints what is in sight; the context is already moved and scaled to the picture's own units. */
export function paint(context: CanvasRenderingContext2D, scene: Scene, options: PaintOptions): void {
  const { view } = options
  const seen = scene.edges.filter(({ curve }) => {
    const [x0, y0, x1, y1] = [curve[0]!, curve[1]!, curve.at(-2)!, curve.at(-1)!]
    return (
      Math.max(x0, x1) > view.left - 100 &&
      Math.min(x0, x1) < view.right + 100 &&
      Math.max(y0, y1) > view.top - 100 &&
      Math.min(y0, y1) < view.bottom + 100
    )
  })
  for (const edge of seen) paintEdge(context, edge, options)
  if (scene.detail !== 'boxes') for (const edge of seen) paintTip(context, edge, options)
  for (const edge of seen) paintLabel(context, edge, options)
  for (const node of scene.nodes) {
    const [half_width, half_height] = [node.width / 2, node.height / 2]
    if (node.x + half_width < view.left || node.x - half_width > view.right) continue
    if (node.y + half_height < view.top || node.y - half_height > view.bottom) continue
    context.globalAlpha = nodeAlpha(node, options)
    paintBox(context, node, scene, options)
    if (scene.detail !== 'boxes') paintWords(context, node, scene, options)
    if (scene.detail !== 'full') paintFarBadge(context, node, options)
    else paintSlo(context, node, options)
  }
  context.globalAlpha = 1
}
