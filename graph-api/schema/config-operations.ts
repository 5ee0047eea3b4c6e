import type { z } from 'zod'
import * as config from './config.ts'
import type { Operation } from './operation.ts'
import { noParameters } from './parameters.ts'

/** What the API's description tells of /config and /audit. */

const PATH = '/api/v1/config'

function read(path: string, summary: string, answer: string, query: z.ZodObject = noParameters): Operation {
  return { path, method: 'get', summary, query, answer: { 'application/json': answer } }
}

function change(path: string, summary: string, body: z.ZodType, method: 'put' | 'post' = 'post'): Operation {
  const answer = { 'application/json': 'ConfigChanged' }
  return { path, method, summary: `${summary} Needs the token.`, query: noParameters, body, answer }
}

export const CONFIG_OPERATIONS: readonly Operation[] = [
  read(PATH, 'The policy that holds, and which tap has it.', 'Config'),
  change(PATH, 'Sets the whole policy.', config.configSetBody, 'put'),
  change(`${PATH}/edit`, 'Changes one feature of one service; comments stay.', config.configEditBody),
  change(`${PATH}/undo`, 'Sets the document before the newest change again.', config.configUndoBody),
  change(`${PATH}/rearm`, 'Takes the latch off a feature that a guard put back.', config.configRearmBody),
  change(`${PATH}/bypass`, 'Switches everything off, or on again.', config.configBypassBody),
  read(`${PATH}/history`, 'Revisions, newest first.', 'ConfigHistory', config.historyParameters),
  {
    ...read(`${PATH}/{revision}`, 'One revision with its document.', 'ConfigRevision'),
    names: { revision: config.revisionName },
  },
  read(
    '/api/v1/audit',
    'Who changed what and why, and whether the chain holds.',
    'Audit',
    config.auditParameters,
  ),
]
