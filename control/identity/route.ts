import express, { type Request, type RequestHandler } from 'express'
import { TapmeshError } from '../../model/error.ts'
import { IDENTITY_BODY_BYTES_MAX, type IdentityAsk, type Renewal } from '../../model/identity.ts'
import type { IdentityAuthority } from './identity.ts'

const TAP = /^[A-Za-z0-9][A-Za-z0-9._@:/+-]{0,127}$/

function invalid(message: string): TapmeshError {
  return new TapmeshError(
    'TAPMESH_BODY_INVALID',
    message,
    'Send {"csr", "join_token"} or {"csr", "renewal": {"certificate", "signature"}} as application/json.',
  )
}

function textIn(body: object, name: string): string | undefined {
  const value: unknown = (body as Record<string, unknown>)[name]
  if (value === undefined || typeof value === 'string') return value
  throw invalid(`${name} is not a text`)
}

function renewalIn(body: object): Renewal | undefined {
  const value: unknown = (body as Record<string, unknown>)['renewal']
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null) throw invalid('renewal is not an object')
  const certificate = textIn(value, 'certificate')
  const signature = textIn(value, 'signature')
  if (certificate === undefined || signature === undefined) throw invalid('renewal is not complete')
  return { certificate, signature }
}

/** @throws TapmeshError TAPMESH_BODY_INVALID */
export function readIdentityAsk(body: unknown): IdentityAsk {
  if (typeof body !== 'object' || body === null) throw invalid('the body is not a JSON object')
  const csr = textIn(body, 'csr')
  if (csr === undefined) throw invalid('the body holds no csr')
  return { csr, join_token: textIn(body, 'join_token'), renewal: renewalIn(body) }
}

/** A name of a tap may hold slashes, so it stands in the path percent-encoded. */
function tapIn(request: Request): string {
  const tap = String(request.params['tap'] ?? '')
  if (TAP.test(tap)) return tap
  throw new TapmeshError(
    'TAPMESH_QUERY_INVALID',
    'the path holds no name of a tap',
    'POST /v1/identity/<tap>, with the name percent-encoded.',
  )
}

/** What express says about a body that it cannot read. */
function bodyFault(error: unknown): TapmeshError {
  const { status } = error as { status?: number }
  return status === 413
    ? new TapmeshError(
        'TAPMESH_BODY_TOO_LARGE',
        `the body is larger than ${IDENTITY_BODY_BYTES_MAX} bytes`,
        'A certificate request has about 500.',
      )
    : invalid('the body is not JSON')
}

/** `POST /v1/identity/<tap>`: the collector's token opens the door, a join token or a proof gives the right. */
export function identityRoute(
  checkToken: (request: Request) => void,
  authority: IdentityAuthority,
  failed: (response: Parameters<RequestHandler>[1], error: unknown) => void,
): RequestHandler {
  const readBody = express.json({ limit: IDENTITY_BODY_BYTES_MAX, strict: true, inflate: false })
  return (request, response) => {
    const answer = async (): Promise<void> => {
      checkToken(request)
      const tap = tapIn(request)
      await new Promise<void>((resolve, reject) => {
        readBody(request, response, (error?: unknown) =>
          error === undefined ? resolve() : reject(bodyFault(error)),
        )
      })
      response.json(await authority.issue(tap, readIdentityAsk(request.body)))
    }
    answer().catch((error: unknown) => failed(response, error))
  }
}
