import express, { Router } from 'express'
import { TapmeshError } from '../../model/error.ts'
import type { Store } from '../../store/store.ts'
import { readEdge } from '../answer/edge.ts'
import { readGraph } from '../answer/graph.ts'
import { readService } from '../answer/service.ts'
import { withSlo } from '../answer/slo.ts'
import type { ServiceAnswer, ServicesAnswer, SloStatus, StatusAnswer } from '../contract.ts'
import { readCalls } from '../query/calls.ts'
import { readCallsOverTime } from '../query/calls-over-time.ts'
import { decodeCursor } from '../query/cursor.ts'
import { readPositions, writePositions } from '../query/positions.ts'
import { readStoreStatus } from '../query/status.ts'
import { readTop } from '../query/top.ts'
import { readTraceRows } from '../query/trace.ts'
import { parseWindow } from '../query/window.ts'
import { check } from '../schema/check.ts'
import {
  CALLS_LIMIT_DEFAULT,
  callsOverTimeParameters,
  callsParameters,
  noParameters,
  positionsBody,
  serviceName,
  TOP_LIMIT_DEFAULT,
  topParameters,
  traceId,
  viewName,
  windowParameters,
} from '../schema/parameters.ts'
import { waterfallOf } from '../trace/waterfall.ts'

export const BODY_BYTES_MAX = 1_048_576

export interface AnswerSource {
  store: Store
  version: string
  /** RFC 3339. */
  started: string
  collectorStatus: () => Pick<StatusAnswer, 'ingest' | 'taps'>
  /** Objectives as they stood at a moment, microseconds; worst first. */
  slos: (at_us: number) => Promise<SloStatus[]>
  /** Wall clock, microseconds. */
  now: () => number
}

/** `/services`, `/edges`, `/calls`, `/top` and `/traces`. */
export function answerRoutes({ store, slos, now }: AnswerSource): Router {
  const router = Router()
  router.get('/services', async (request, response) => {
    const { from, to } = check(windowParameters, request.query)
    const span = parseWindow(from, to, now())
    const [{ window, nodes }, statuses] = await Promise.all([readGraph(store, span, now()), slos(span.to_us)])
    const answer: ServicesAnswer = { window, services: withSlo(nodes, statuses) }
    response.json(answer)
  })
  router.get('/services/:service', async (request, response) => {
    const { from, to } = check(windowParameters, request.query)
    const service = check(serviceName, request.params.service, 'parameter service')
    const span = parseWindow(from, to, now())
    const [found, statuses] = await Promise.all([readService(store, span, now(), service), slos(span.to_us)])
    const answer: ServiceAnswer = { ...found, service: withSlo([found.service], statuses)[0]! }
    response.json(answer)
  })
  router.get('/edges/:source/:destination', async (request, response) => {
    const { from, to } = check(windowParameters, request.query)
    const source = check(serviceName, request.params.source, 'parameter source')
    const destination = check(serviceName, request.params.destination, 'parameter destination')
    response.json(await readEdge(store, parseWindow(from, to, now()), now(), { source, destination }))
  })
  router.get('/calls', async (request, response) => {
    const { from, to, limit, cursor, ...filters } = check(callsParameters, request.query)
    const span = parseWindow(from, to, now())
    const after = cursor === undefined ? undefined : decodeCursor(cursor)
    response.json(await readCalls(store, span, filters, limit ?? CALLS_LIMIT_DEFAULT, after))
  })
  router.get('/calls-over-time', async (request, response) => {
    const { from, to, ...filters } = check(callsOverTimeParameters, request.query)
    response.json(await readCallsOverTime(store, parseWindow(from, to, now()), filters))
  })
  router.get('/top', async (request, response) => {
    const { from, to, by = 'edge', service, limit = TOP_LIMIT_DEFAULT } = check(topParameters, request.query)
    response.json(await readTop(store, parseWindow(from, to, now()), now(), { by, service, limit }))
  })
  router.get('/traces/:trace', async (request, response) => {
    check(noParameters, request.query)
    const id = check(traceId, request.params.trace, 'parameter trace')
    const rows = await readTraceRows(store, id)
    if (rows.length === 0) {
      throw new TapmeshError(
        'TAPMESH_NOT_FOUND',
        `trace ${id} has no calls in the store`,
        'Calls reach the store a few seconds after they end; old ones are forgotten.',
      )
    }
    response.json(waterfallOf(id, rows))
  })
  return router
}

/** `/status` and `/positions`: what tapmesh says and keeps about itself. */
export function ownRoutes(source: AnswerSource): Router {
  const { store, now } = source
  const router = Router()
  router.get('/status', async (request, response) => {
    check(noParameters, request.query)
    const { ingest, taps } = source.collectorStatus()
    const answer: StatusAnswer = {
      version: source.version,
      started: source.started,
      store: await readStoreStatus(store),
      ingest,
      taps,
    }
    response.json(answer)
  })
  router.get('/positions/:view', async (request, response) => {
    check(noParameters, request.query)
    response.json(await readPositions(store, check(viewName, request.params.view, 'parameter view')))
  })
  const body = express.json({ limit: BODY_BYTES_MAX, strict: true, inflate: false })
  router.put('/positions/:view', body, async (request, response) => {
    check(noParameters, request.query)
    const view = check(viewName, request.params['view'], 'parameter view')
    await writePositions(store, view, check(positionsBody, request.body, 'body'), now())
    response.json(await readPositions(store, view))
  })
  return router
}
