import { Router } from 'express'
import type { SloStatus, SlosAnswer } from '../contract.ts'
import { parseMoment, rfc3339 } from '../query/window.ts'
import { check } from '../schema/check.ts'
import { momentParameters } from '../schema/parameters.ts'

export interface SloSource {
  at: (at_us: number) => Promise<SloStatus[]>
  /** Wall clock, microseconds. */
  now: () => number
}

/** `/slos`. */
export function sloRoutes({ at, now }: SloSource): Router {
  const router = Router()
  router.get('/slos', async (request, response) => {
    const asked = check(momentParameters, request.query)
    const at_us = parseMoment('at', asked.at ?? 'now', now())
    const answer: SlosAnswer = { at: rfc3339(at_us), slos: await at(at_us) }
    response.json(answer)
  })
  return router
}
