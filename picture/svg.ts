import type { Graph } from '../model/graph.ts'
import { LABEL_SIZE, lineHeight } from './label.ts'
import { layout } from './layout.ts'
import { NODE_LOOK } from './node-look.ts'
import type { Palette, Theme } from './palette.ts'
import { BADGES, DASHES, PALETTES, SLO_MARKS } from './palette.ts'
import { pathOf } from './path.ts'
import type { SceneEdge, SceneNode, SceneOptions } from './scene.ts'
import { edgeKey, LABELLED_EDGES_MAX, NAME_SIZE, sceneOf, textRows } from './scene.ts'
import type { Layout } from './spacing.ts'

/** The picture as one standalone SVG document, for exports and for pages without scripts. */

const FONT = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text made safe for XML content and attributes; control characters that XML forbids become `?`. */
export function escapeXml(text: string): string {
  return text
    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      '?',
    )
    .replace(/[&<>"']/g, (char) => ESCAPES[char]!)
}

const round = (value: number): string => String(Math.round(value * 10) / 10)

function edgeSvg(edge: SceneEdge, colours: Palette): string {
  const colour = edge.health === 'ok' ? colours.line : colours.health[edge.health]
  const dash = DASHES[edge.health] ? ` stroke-dasharray="${DASHES[edge.health]}"` : ''
  const { x, y, angle } = edge.arrow
  return (
    `<g><title>${escapeXml(edge.sentence)}</title>` +
    `<path d="${pathOf(edge.curve)}" fill="none" stroke="${colour}" stroke-width="${round(edge.width)}"${dash}/>` +
    `<path d="M0 0L-9 -4.5L-9 4.5Z" transform="translate(${round(x)} ${round(y)}) rotate(${round(angle)})" fill="${colour}"/></g>`
  )
}

function labelSvg({ label, health }: SceneEdge, colours: Palette): string {
  if (!label) return ''
  const fill = health === 'warn' || health === 'bad' ? colours.health_text[health] : colours.muted
  const loss = ` font-weight="600" fill="${colours.health_text.warn}"`
  const lines = label.lines.map((line, at) => {
    const tone = at >= (label.loss_from ?? label.lines.length) ? loss : ''
    return `<tspan x="${round(label.x)}" y="${round(lineHeight(label, at))}"${tone}>${escapeXml(line)}</tspan>`
  })
  const [x, y] = [label.x - label.width / 2, label.y - label.height / 2]
  const back = `<rect x="${round(x)}" y="${round(y)}" width="${round(label.width)}" height="${label.height}" rx="4" fill="${colours.canvas}" fill-opacity="0.85"/>`
  return `${back}<text text-anchor="middle" font-size="${LABEL_SIZE}" fill="${fill}">${lines.join('')}</text>`
}

/** A second box behind the first: it stands for several. */
function stackSvg(node: SceneNode, colours: Palette): string {
  const [x, y] = [node.x - node.width / 2 + 5, node.y - node.height / 2 - 5]
  return `<rect x="${round(x)}" y="${round(y)}" width="${node.width - 10}" height="${node.height}" rx="10" fill="${colours.surface}" stroke="${colours.border}" stroke-width="1.5"/>`
}

function nodeSvg(node: SceneNode, colours: Palette): string {
  const [x, y] = [node.x - node.width / 2, node.y - node.height / 2]
  const rows = textRows(node)
  const { dashes } = NODE_LOOK[node.kind]
  const dash = dashes.length > 0 ? ` stroke-dasharray="${dashes.join(' ')}"` : ''
  const name_y = node.y + rows.name
  return (
    `<g><title>${escapeXml(node.sentence)}</title>` +
    (node.members > 0 ? stackSvg(node, colours) : '') +
    `<rect x="${round(x)}" y="${round(y)}" width="${node.width}" height="${node.height}" rx="10" fill="${colours.surface}" stroke="${node.health === 'bad' || node.health === 'warn' ? colours.health[node.health] : colours.border}" stroke-width="1.5"${dash}/>` +
    `<text x="${round(x + 18)}" y="${round(node.y + 4)}" text-anchor="middle" font-size="12" fill="${colours.health[node.health]}">${BADGES[node.health]}</text>` +
    `<text x="${round(x + 32)}" y="${round(name_y)}" font-size="${NAME_SIZE}" font-weight="600" fill="${colours.text}">${escapeXml(node.name)}</text>` +
    (rows.stats !== undefined
      ? `<text x="${round(x + 32)}" y="${round(node.y + rows.stats)}" font-size="13" fill="${colours.muted}">${escapeXml(node.stats)}</text>`
      : '') +
    sloSvg(node, colours) +
    '</g>'
  )
}

const SLO_HEALTH = { ok: 'ok', burning: 'warn', exhausted: 'bad' } as const

function sloSvg({ slo, x, y, width, height }: SceneNode, colours: Palette): string {
  if (!slo) return ''
  const [cx, cy, health] = [round(x + width / 2 - 16), y - height / 2, SLO_HEALTH[slo]]
  return (
    `<circle cx="${cx}" cy="${round(cy)}" r="8" fill="${colours.surface}" stroke="${colours.health[health]}" stroke-width="1.5"/>` +
    `<text x="${cx}" y="${round(cy + 4)}" text-anchor="middle" font-size="11" font-weight="700" fill="${colours.health_text[health]}">${SLO_MARKS[slo]}</text>`
  )
}

/**
 * A whole SVG document of a graph. Everything that came from traffic is escaped.
 * @param options.layout the picture to keep; without it a fresh layout is made
 */
export function svgOf(
  graph: Graph,
  options: { theme?: Theme; layout?: Layout } & Pick<SceneOptions, 'labels' | 'members'> = {},
): string {
  const colours = PALETTES[options.theme ?? 'light']
  const crowded = graph.edges.length > LABELLED_EDGES_MAX
  const wrong = graph.edges.filter((it) => it.health === 'bad' || it.health === 'warn').map(edgeKey)
  const scene = sceneOf(graph, options.layout ?? layout(graph), {
    ...(options.labels ? { labels: options.labels } : {}),
    ...(options.members ? { members: options.members } : {}),
    ...(crowded ? { label_only: new Set(wrong) } : {}),
  })
  const [width, height] = [Math.max(scene.width, 320), Math.max(scene.height, 120)]
  const empty =
    scene.nodes.length > 0
      ? ''
      : `<text x="${scene.left + 24}" y="${scene.top + 64}" font-size="14" fill="${colours.muted}">No calls in this window</text>`
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${round(scene.left)} ${round(scene.top)} ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}" font-family="${FONT}" role="img">` +
    `<title>Service map, ${escapeXml(graph.window.from)} to ${escapeXml(graph.window.to)}</title>` +
    `<rect x="${round(scene.left)}" y="${round(scene.top)}" width="${round(width)}" height="${round(height)}" fill="${colours.canvas}"/>` +
    scene.edges.map((edge) => edgeSvg(edge, colours)).join('') +
    scene.edges.map((edge) => labelSvg(edge, colours)).join('') +
    scene.nodes.map((node) => nodeSvg(node, colours)).join('') +
    `${empty}</svg>\n`
  )
}
