import express, { Router } from 'express'
import { reasonOf } from '../../control/reason.ts'
import { TapmeshError } from '../../model/error.ts'
import type { JoinTokenAnswer, JoinTokenAsk } from '../../model/identity.ts'
import { check } from '../schema/check.ts'
import { joinTokenBody } from '../schema/join-token.ts'
import { noParameters } from '../schema/parameters.ts'

/** What admits taps; undefined where this mesh has no CA of its own. */
export type JoinTokenMaker = (ask: JoinTokenAsk) => Promise<JoinTokenAnswer>

const BODY_BYTES_MAX = 16 * 1024

/** `POST /join-tokens`: the answer is the only place where the token ever stands. */
export function joinTokenRoutes(make: JoinTokenMaker | undefined): Router {
  const router = Router()
  const body = express.json({ limit: BODY_BYTES_MAX, strict: true, inflate: false })
  router.post('/join-tokens', body, async (request, response) => {
    check(noParameters, request.query)
    const reason = reasonOf((request.body as { reason?: unknown } | undefined)?.reason)
    const asked = check(joinTokenBody, request.body, 'body')
    if (!make) {
      throw new TapmeshError(
        'TAPMESH_NOT_FOUND',
        'this mesh signs no certificates',
        'Its taps take theirs from files: tapmesh tap --identity-files <folder>.',
      )
    }
    response.json(await make({ ...asked, reason }))
  })
  return router
}
