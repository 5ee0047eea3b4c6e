import type { ErrorRequestHandler, RequestHandler, Response } from 'express'
import { codeOf, type ErrorCode, TapmeshError } from '../../model/error.ts'
import type { ErrorAnswer } from '../contract.ts'

/** HTTP status of every code the API answers with; what is not named is 500. */
const STATUSES: Partial<Record<ErrorCode, number>> = {
  TAPMESH_QUERY_INVALID: 400,
  TAPMESH_BODY_INVALID: 400,
  TAPMESH_CONFIG_INVALID: 400,
  TAPMESH_CONFIG_SYNTAX: 400,
  TAPMESH_CONFIG_TOO_LARGE: 413,
  TAPMESH_REASON_MISSING: 400,
  TAPMESH_TOKEN_MISSING: 401,
  TAPMESH_TOKEN_WRONG: 403,
  TAPMESH_ORIGIN_FORBIDDEN: 403,
  TAPMESH_NOT_FOUND: 404,
  TAPMESH_METHOD_UNKNOWN: 405,
  TAPMESH_CONFIG_CHANGED: 409,
  TAPMESH_CONFIG_READONLY: 409,
  TAPMESH_DENIES_ALL: 409,
  TAPMESH_BODY_TOO_LARGE: 413,
  TAPMESH_BODY_TYPE: 415,
  TAPMESH_HOST_FORBIDDEN: 421,
  TAPMESH_STORE_UNAVAILABLE: 503,
  TAPMESH_STREAMS_BUSY: 503,
  TAPMESH_CONTROL_BUSY: 503,
  TAPMESH_BACKTEST_BUSY: 503,
  TAPMESH_JOIN_TOKENS_BUSY: 503,
  TAPMESH_CA_DAMAGED: 503,
  TAPMESH_DISK_FULL: 507,
}

export function sendError(response: Response, error: TapmeshError): void {
  const status = STATUSES[error.code] ?? 500
  if (status === 503) response.setHeader('retry-after', '5')
  if (status === 405) response.setHeader('allow', 'GET, HEAD')
  const body: ErrorAnswer = { error: { code: error.code, message: error.message, hint: error.hint } }
  response.status(status).setHeader('cache-control', 'no-store').json(body)
}

/** A mistake in a document with its place inside the message: answers have no field for it. */
function placed(error: TapmeshError): TapmeshError {
  if (error.place === undefined) return error
  const { file, line, column } = error.place
  const where = [file, line, column].filter((part) => part !== undefined).join(':')
  return new TapmeshError(error.code, `${where}: ${error.message}`, error.hint, { cause: error })
}

/** What went wrong, express and its body reader included, in the API's words. */
export function knownError(error: unknown): TapmeshError {
  // By name, not by class: under a test runner an error may come from another realm.
  if (typeof error === 'object' && error !== null && 'hint' in error) return placed(error as TapmeshError)
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined
  if (status === 413) {
    return new TapmeshError(
      'TAPMESH_BODY_TOO_LARGE',
      'the body is larger than the limit',
      'Send less at a time.',
    )
  }
  if (status === 415) {
    return new TapmeshError(
      'TAPMESH_BODY_TYPE',
      'the body is encoded in a way the API does not read',
      'Send plain JSON in UTF-8.',
    )
  }
  if (status === 400) {
    const inPath = error instanceof URIError || codeOf(error) === 'TAPMESH_INTERNAL'
    return inPath
      ? new TapmeshError(
          'TAPMESH_QUERY_INVALID',
          'the path or the body cannot be decoded',
          'Percent-encode UTF-8; write JSON.',
        )
      : new TapmeshError('TAPMESH_BODY_INVALID', 'the body is not JSON', 'Send one JSON object.')
  }
  return new TapmeshError(
    'TAPMESH_INTERNAL',
    'the API failed at this request',
    'The log of tapmesh says more.',
    {
      cause: error,
    },
  )
}

/** Ends every request that threw; told `onFault` where tapmesh itself is at fault. */
export function errorRoute(onFault: (error: unknown) => void): ErrorRequestHandler {
  return (error, _request, response, _next) => {
    const known = knownError(error)
    if (known.code === 'TAPMESH_INTERNAL') onFault(error)
    if (response.headersSent) response.destroy()
    else sendError(response, known)
  }
}

export const unknownRoute: RequestHandler = (_request, response) => {
  sendError(
    response,
    new TapmeshError(
      'TAPMESH_NOT_FOUND',
      'nothing answers at that path',
      'GET /api/v1/openapi.json lists what does.',
    ),
  )
}

/** What only reads is read with GET or HEAD. */
export const unknownMethod: RequestHandler = (request, response, next) => {
  if (request.method === 'GET' || request.method === 'HEAD') return next()
  sendError(
    response,
    new TapmeshError('TAPMESH_METHOD_UNKNOWN', 'that address takes no such method', 'Use GET.'),
  )
}
