import { z } from 'zod'
import { isName } from '../../document/name.ts'
import { isPathPart, type JoinTokenAnswer, type JoinTokenAsk } from '../../model/identity.ts'
import { time } from './graph.ts'
import type { Operation } from './operation.ts'
import { noParameters } from './parameters.ts'

/** Forms of /join-tokens. */

export const joinTokenBody = z.strictObject({
  service: z
    .string()
    .refine(isPathPart, 'is not a name that fits a SPIFFE ID: letters, digits and . _ -')
    .describe('The service that the tap will speak for.'),
  tap: z
    .string()
    .refine(isName, 'is not the name of a tap')
    .optional()
    .describe('Only the tap of this name may use it.'),
  reason: z.string().describe('Why, 1 to 500 characters; kept in the audit.'),
  actor: z.string().max(100).optional().describe('Who, as he says; kept and no proof.'),
}) satisfies z.ZodType<JoinTokenAsk>

export const joinTokenAnswer = z.strictObject({
  token: z.string().describe('Shown once; good for one tap and ten minutes.'),
  id: z.string().describe('SPIFFE ID that the tap will get.'),
  tap: z.string().nullable(),
  expires_at: time,
}) satisfies z.ZodType<JoinTokenAnswer>

export const JOIN_TOKEN_OPERATIONS: readonly Operation[] = [
  {
    path: '/api/v1/join-tokens',
    method: 'post',
    summary: 'Admits a tap of a service, once. Needs the token.',
    query: noParameters,
    body: joinTokenBody,
    answer: { 'application/json': 'JoinToken' },
  },
]
