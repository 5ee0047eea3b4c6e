import { type RequestHandler, Router } from 'express'
import type { Graph } from '../../model/graph.ts'
import { csvOf } from '../export/csv.ts'
import { dotOf } from '../export/dot.ts'
import { mermaidOf } from '../export/mermaid.ts'
import { svgOf } from '../picture/svg.ts'
import { parseWindow, type Span } from '../query/window.ts'
import { check } from '../schema/check.ts'
import { pictureParameters, windowParameters } from '../schema/parameters.ts'
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

/** `/graph` and its exports. The ETag changes when something was counted, not when the window slid. */
export function graphRoutes({ read, now }: GraphSource): Router {
  const router = Router()
  const json: RequestHandler = async (request, response) => {
    const { from, to } = check(windowParameters, request.query)
    const graph = await read(parseWindow(from, to, now()))
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
      const { from, to } = check(windowParameters, request.query)
      const text = write(await read(parseWindow(from, to, now())))
      response.setHeader('content-type', type)
      response.setHeader('content-disposition', `inline; filename="graph.${ending}"`)
      response.end(text)
    })
  }
  router.get('/graph.svg', async (request, response) => {
    const { from, to, theme } = check(pictureParameters, request.query)
    const picture = svgOf(await read(parseWindow(from, to, now())), { theme: theme ?? 'light' })
    response.setHeader('content-security-policy', PICTURE_POLICY)
    response.setHeader('content-type', 'image/svg+xml; charset=utf-8')
    response.end(picture)
  })
  return router
}
