import { csvOf } from '../../picture/export/csv.ts'
import { dotOf } from '../../picture/export/dot.ts'
import { mermaidOf } from '../../picture/export/mermaid.ts'
import { PALETTES } from '../../picture/palette.ts'
import type { Scene } from '../../picture/scene.ts'
import { sceneOf } from '../../picture/scene.ts'
import { svgOf } from '../../picture/svg.ts'
import { labelled } from '../map/light.ts'
import { paint } from '../map/paint.ts'
import { picture } from '../map/picture.ts'
import { drawn, groups, match } from '../map/view.ts'
import { asked, edgeLabels, onlyProblems } from '../state/choice.ts'
import { range } from '../state/range.ts'
import { isDark } from '../state/theme.ts'

/** The map as files, written by the code that the API and the command line use too. */

export type Format = 'svg' | 'png' | 'dot' | 'mmd' | 'json' | 'csv'

export const FORMATS: readonly { ending: Format; word: string; means: string; type: string }[] = [
  { ending: 'svg', word: 'SVG', means: 'A drawing that scales', type: 'image/svg+xml' },
  { ending: 'png', word: 'PNG', means: 'A picture of pixels', type: 'image/png' },
  { ending: 'dot', word: 'DOT', means: 'For Graphviz', type: 'text/vnd.graphviz' },
  { ending: 'mmd', word: 'Mermaid', means: 'For Markdown', type: 'text/vnd.mermaid' },
  { ending: 'json', word: 'JSON', means: 'All figures', type: 'application/json' },
  { ending: 'csv', word: 'CSV', means: 'The edges as a table', type: 'text/csv' },
]

/** Longest side of a PNG in pixels; larger pictures are drawn smaller. */
const PNG_SIDE_MAX = 6000
const PNG_SCALE = 2

async function pngOf(scene: Scene): Promise<Blob | undefined> {
  const canvas = document.createElement('canvas')
  const scale = Math.min(PNG_SCALE, PNG_SIDE_MAX / Math.max(scene.width, scene.height, 1))
  canvas.width = Math.ceil(scene.width * scale)
  canvas.height = Math.ceil(scene.height * scale)
  const context = canvas.getContext('2d')
  if (!context || scene.width === 0) return undefined
  const palette = PALETTES[isDark.peek() ? 'dark' : 'light']
  context.fillStyle = palette.canvas
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.setTransform(scale, 0, 0, scale, -scene.left * scale, -scene.top * scale)
  paint(context, scene, {
    palette,
    light: undefined,
    near: undefined,
    context: match.peek()?.context,
    crowded: labelled(drawn.peek()!.graph, '') !== undefined,
    selected_node: '',
    selected_edge: '',
    focused: '',
    view: {
      left: scene.left,
      top: scene.top,
      right: scene.left + scene.width,
      bottom: scene.top + scene.height,
    },
  })
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? undefined), 'image/png'))
}

/** What is drawn, as a file with a name; undefined while nothing is. */
export async function fileOf(format: Format): Promise<{ name: string; blob: Blob } | undefined> {
  const [shown, layout] = [drawn.peek(), picture.peek()]
  if (!shown || !layout) return undefined
  const { graph, members } = shown
  const only = labelled(graph, '')
  const theme = isDark.peek() ? 'dark' : 'light'
  const text = {
    svg: () => svgOf(graph, { theme, layout, labels: edgeLabels.peek(), members }),
    dot: () => dotOf(graph),
    mmd: () => mermaidOf(graph),
    json: () => `${JSON.stringify(graph, null, 2)}\n`,
    csv: () => csvOf(graph),
    png: () => '',
  }[format]()
  const { type } = FORMATS.find((it) => it.ending === format)!
  const blob =
    format === 'png'
      ? await pngOf(
          sceneOf(graph, layout, {
            labels: edgeLabels.peek(),
            members,
            ...(only ? { label_only: only } : {}),
          }),
        )
      : new Blob([text], { type })
  const moment = graph.window.to.replace(/\.\d+/, '').replaceAll(':', '')
  return blob && { name: `tapmesh-${moment}.${format}`, blob }
}

const FORMAT_FLAGS: Record<Format, string> = {
  svg: 'svg',
  png: 'svg',
  dot: 'dot',
  mmd: 'mermaid',
  json: 'json',
  csv: 'csv',
}

/** A word as a POSIX shell reads it. */
const quoted = (text: string): string =>
  /^[\w.,:/=+@%-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** What the find box and the button beside it ask for, as one text. */
function wholeFind(): string {
  const { text, error } = asked.find.value
  const own = error ? '' : text.trim()
  if (!onlyProblems.value) return own
  return own === '' ? 'failing or degraded' : `(${own}) and (failing or degraded)`
}

/** The command that gives what is on screen. */
export function graphCommand(format: Format): string {
  const { from, to } = range.value
  const now = groups.value
  const options: [string, string][] = [
    ['from', from],
    ['to', to === 'now' ? '' : to],
    ['find', wholeFind()],
    ['hide', asked.hide.value.error ? '' : asked.hide.value.text.trim()],
    ['group', now?.by ?? ''],
    ['open', now ? now.names.filter((name) => !now.closed.has(name)).join(',') : ''],
    ['format', FORMAT_FLAGS[format]],
  ]
  const words = options
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `--${name} ${quoted(value)}`)
  return ['tapmesh graph', ...words].join(' ')
}
