import express, { type Request, type Response, Router } from 'express'
import type { z } from 'zod'
import type { Control } from '../../control/control.ts'
import { type Revision, revisionName } from '../../control/history.ts'
import { reasonOf } from '../../control/reason.ts'
import type {
  AuditAnswer,
  ConfigChanged,
  ConfigHistoryAnswer,
  ConfigRevision,
  ConfigRevisionAnswer,
} from '../../model/enforcement.ts'
import { check } from '../schema/check.ts'
import * as forms from '../schema/config.ts'
import { noParameters } from '../schema/parameters.ts'

/** A document of 1 MiB, written as JSON. */
const BODY_BYTES_MAX = 3 * 1_048_576

function revisionOf({ epoch, number, document_number, at_ms, ...rest }: Revision): ConfigRevision {
  const { actor, action, reason, bypass } = rest
  return {
    revision: revisionName({ epoch, number }),
    at: new Date(at_ms).toISOString(),
    ...{ actor, action, reason, bypass },
    document_revision: document_number === 0 ? '' : revisionName({ epoch, number: document_number }),
  }
}

/** A change: its form, and who makes it. What has no reason is told so before anything else. */
function changing<Form extends z.ZodType>(
  form: Form,
  change: (asked: z.output<Form>) => Promise<ConfigChanged>,
) {
  return async (request: Request, response: Response): Promise<void> => {
    check(noParameters, request.query)
    reasonOf((request.body as { reason?: unknown } | undefined)?.reason)
    response.json(await change(check(form, request.body, 'body')))
  }
}

/** `/config` and `/audit`: the policy, its changes and who has it. Reading is free, changing needs the token. */
export function configRoutes(control: Control): Router {
  const router = Router()
  const body = express.json({ limit: BODY_BYTES_MAX, strict: true, inflate: false })
  router.get('/config', (request, response) => {
    check(noParameters, request.query)
    response.json(control.current())
  })
  router.put(
    '/config',
    body,
    changing(forms.configSetBody, (asked) => control.set(asked)),
  )
  router.post(
    '/config/edit',
    body,
    changing(forms.configEditBody, (asked) => control.edit(asked)),
  )
  router.post(
    '/config/undo',
    body,
    changing(forms.configUndoBody, (asked) => control.undo(asked)),
  )
  router.post(
    '/config/rearm',
    body,
    changing(forms.configRearmBody, (asked) => control.rearm(asked)),
  )
  router.post(
    '/config/bypass',
    body,
    changing(forms.configBypassBody, (asked) => control.bypass(asked)),
  )
  router.get('/config/history', async (request, response) => {
    const { limit = forms.HISTORY_LIMIT_DEFAULT } = check(forms.historyParameters, request.query)
    const answer: ConfigHistoryAnswer = { revisions: (await control.revisions(limit)).map(revisionOf) }
    response.json(answer)
  })
  router.get('/config/:revision', async (request, response) => {
    check(noParameters, request.query)
    const name = check(forms.revisionName, request.params.revision, 'parameter revision')
    const { revision, document } = await control.revisionOf(name)
    const answer: ConfigRevisionAnswer = { ...revisionOf(revision), document }
    response.json(answer)
  })
  router.get('/audit', async (request, response) => {
    const { limit = forms.HISTORY_LIMIT_DEFAULT, before } = check(forms.auditParameters, request.query)
    const answer: AuditAnswer = await control.audit(limit, before)
    response.json(answer)
  })
  return router
}
