import { Router } from 'express'
import type { Store } from '../../store/store.ts'
import { readPaths } from '../answer/paths.ts'
import { readGraphSeries } from '../query/graph-series.ts'
import { parseWindow } from '../query/window.ts'
import { check } from '../schema/check.ts'
import { graphSeriesParameters, pathsParameters } from '../schema/over-time.ts'

export interface OverTimeSource {
  store: Store
  /** Wall clock, microseconds. */
  now: () => number
}

/** `/graph/series`, the graph over time, and `/paths`, the ways that traces prove. */
export function overTimeRoutes({ store, now }: OverTimeSource): Router {
  const router = Router()
  router.get('/graph/series', async (request, response) => {
    const { from, to, step } = check(graphSeriesParameters, request.query)
    response.json(await readGraphSeries(store, parseWindow(from, to, now()), now(), step))
  })
  router.get('/paths', async (request, response) => {
    const { from, to, through } = check(pathsParameters, request.query)
    response.json(await readPaths(store, parseWindow(from, to, now()), through))
  })
  return router
}
