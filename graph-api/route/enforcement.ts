import { Router } from 'express'
import { type EnforcementSource, readEnforcement } from '../enforcement/enforcement.ts'
import { readEvidence } from '../enforcement/evidence.ts'
import { readPolicies } from '../enforcement/policies.ts'
import { RevisionPolicies } from '../enforcement/revision-policies.ts'
import { explainCall } from '../enforcement/why.ts'
import { storedForm } from '../query/filter.ts'
import { findCall } from '../query/find-call.ts'
import { parseWindow } from '../query/window.ts'
import { check } from '../schema/check.ts'
import { callId, evidenceParameters, policiesParameters } from '../schema/enforcement.ts'
import { windowParameters } from '../schema/parameters.ts'

export interface EnforcementRoutesSource extends EnforcementSource {
  /** Wall clock, microseconds. */
  now: () => number
}

/** A settings' evidence goes back as far as calls are kept; what was said under other settings is left out. */
const WINDOW_DEFAULT = 'now-7d'

/** `/enforcement`, `/evidence`, `/policies` and `/calls/<id>/why`. */
export function enforcementRoutes(source: EnforcementRoutesSource): Router {
  const { now } = source
  const router = Router()
  const policies = new RevisionPolicies(source.control)
  router.get('/enforcement', async (request, response) => {
    const { from, to } = check(windowParameters, request.query)
    response.json(await readEnforcement(source, parseWindow(from, to, now()), now()))
  })
  router.get('/evidence', async (request, response) => {
    const { from, to, service, feature } = check(evidenceParameters, request.query)
    const span = parseWindow(from ?? WINDOW_DEFAULT, to, now())
    response.json(await readEvidence(source, { service: storedForm(service), feature, span, now_us: now() }))
  })
  router.get('/policies', async (request, response) => {
    const { from, to, service } = check(policiesParameters, request.query)
    const span = parseWindow(from ?? WINDOW_DEFAULT, to, now())
    response.json(await readPolicies(source, { service, span }, now()))
  })
  router.get('/calls/:call/why', async (request, response) => {
    const { from, to } = check(windowParameters, request.query)
    const id = check(callId, request.params.call, 'parameter call')
    const call = await findCall(source.store, id, parseWindow(from ?? WINDOW_DEFAULT, to, now()))
    response.json(await explainCall(source.control, policies, call))
  })
  return router
}
