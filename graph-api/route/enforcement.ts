import { Router } from 'express'
import { type EnforcementSource, readEnforcement } from '../enrich/enforcement.ts'
import { readEvidence } from '../enrich/evidence.ts'
import { storedForm } from '../query/filter.ts'
import { parseWindow } from '../query/window.ts'
import { check } from '../schema/check.ts'
import { evidenceParameters } from '../schema/enforcement.ts'
import { windowParameters } from '../schema/parameters.ts'

export interface EnforcementRoutesSource extends EnforcementSource {
  /** Wall clock, microseconds. */
  now: () => number
}

/** A settings' evidence goes back as far as calls are kept; what was said under other settings is left out. */
const WINDOW_DEFAULT = 'now-7d'

/** `/enforcement` and `/evidence`. */
export function enforcementRoutes(source: EnforcementRoutesSource): Router {
  const { now } = source
  const router = Router()
  router.get('/enforcement', async (request, response) => {
    const { from, to } = check(windowParameters, request.query)
    response.json(await readEnforcement(source, parseWindow(from, to, now()), now()))
  })
  router.get('/evidence', async (request, response) => {
    const { from, to, service, feature } = check(evidenceParameters, request.query)
    const span = parseWindow(from ?? WINDOW_DEFAULT, to, now())
    response.json(await readEvidence(source, { service: storedForm(service), feature, span, now_us: now() }))
  })
  return router
}
