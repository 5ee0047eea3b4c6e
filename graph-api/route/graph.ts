import { type RequestHandler, Router } from 'express'
import type { z } from 'zod'
import type { Graph } from '../../model/graph.ts'
import { csvOf } from '../../picture/export/csv.ts'
import { dotOf } from '../../picture/export/dot.ts'
import { mermaidOf } from '../../picture/export/mermaid.ts'
import { asksBefore, parseFind, type Query } from '../../picture/find/grammar.ts'
import { FindError } from '../../picture/find/token.ts'
import { viewOf } from '../../picture/find/view.ts'
import type { Grouped } from '../../picture/group.ts'
import { svgOf } from '../../picture/svg.ts'
import { invalid, parseWindow, type Span } from '../query/window.ts'
import { check } from '../schema/check.ts'
import { graphParameters, pictureParameters } from '../schema/parameters.ts'
import { graphTag } from './live-graph.ts'

export interface GraphSource {
  read: (span: Span) => Promise<Graph>
  /** Wall clock, microseconds. */
  now: () => number
}

/** A picture opened by itself may style itself and do nothing else. */
const PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"

const TEXTS = {
  dot: { type: 'text/vnd.graphviz; charset=utf-8', write: dotOf },
  mmd: { type: 'text/vnd.mermaid; charset=utf-8', write: mermaidOf },
  csv: { type: 'text/csv; charset=utf-8; header=present', write: csvOf },
} as const

type Asked = z.output<typeof graphParameters>

/** @throws TapmeshError TAPMESH_QUERY_INVALID that says what is wrong and where */
function parsed(name: 'find' | 'hide', text: string | undefined): Query | undefined {
  try {
    return parseFind(text ?? '')
  } catch (error) {
    if (!(error instanceof FindError)) throw error
    throw invalid(name, `${error.message} (letter ${error.at + 1})`, FIND_HINT)
  }
}

const FIND_HINT = 'Write for example: p95 > 200ms and not idle.'

/** The graph of a window as it was asked for: found, hidden, grouped. */
async function readView({ read, now }: GraphSource, asked: Asked): Promise<Grouped> {
  const [find, hide] = [parsed('find', asked.find), parsed('hide', asked.hide)]
  const span = parseWindow(asked.from, asked.to, now())
  const graph = await read(span)
  const wants_before = asksBefore(find) || asksBefore(hide)
  const before = wants_before
    ? await read({ from_us: 2 * span.from_us - span.to_us, to_us: span.from_us })
    : undefined
  return viewOf(graph, { find, hide, group: asked.group, open: asked.open?.split(','), before })
}

/** `/graph` and its exports. The ETag changes when something was counted, not when the window slid. */
export function graphRoutes(source: GraphSource): Router {
  const router = Router()
  const json: RequestHandler = async (request, response) => {
    const { graph } = await readView(source, check(graphParameters, request.query))
    const tag = `W/"${graphTag(graph)}"`
    response.setHeader('etag', tag)
    response.setHeader('cache-control', 'no-cache')
    if (request.headers['if-none-match'] === tag) response.status(304).end()
    else response.json(graph)
  }
  router.get('/graph', json)
  router.get('/graph.json', json)
  for (const [ending, { type, write }] of Object.entries(TEXTS)) {
    router.get(`/graph.${ending}`, async (request, response) => {
      const { graph } = await readView(source, check(graphParameters, request.query))
      const text = write(graph)
      response.setHeader('content-type', type)
      response.setHeader('content-disposition', `inline; filename="graph.${ending}"`)
      response.end(text)
    })
  }
  router.get('/graph.svg', async (request, response) => {
    const { theme, ...asked } = check(pictureParameters, request.query)
    const { graph, members } = await readView(source, asked)
    const picture = svgOf(graph, { theme: theme ?? 'light', members })
    response.setHeader('content-security-policy', PICTURE_POLICY)
    response.setHeader('content-type', 'image/svg+xml; charset=utf-8')
    response.end(picture)
  })
  return router
}
