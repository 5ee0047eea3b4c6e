import { createHash, timingSafeEqual } from 'node:crypto'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { codeOf, type ErrorCode, TapmeshError } from '../../model/error.ts'

/** What stands before every answer of the collector: Host, token, headers, and the form of errors. */
const STATUSES: Partial<Record<ErrorCode, number>> = {
  TAPMESH_TOKEN_MISSING: 401,
  TAPMESH_TOKEN_WRONG: 403,
  TAPMESH_HOST_FORBIDDEN: 421,
  TAPMESH_BATCH_TOO_LARGE: 413,
  TAPMESH_BATCH_HEADER: 400,
  TAPMESH_BATCH_MALFORMED: 400,
  TAPMESH_BATCH_VERSION: 426,
  TAPMESH_BODY_TYPE: 415,
  TAPMESH_NOT_FOUND: 404,
  TAPMESH_QUERY_INVALID: 400,
  TAPMESH_BODY_INVALID: 400,
  TAPMESH_BODY_TOO_LARGE: 413,
  TAPMESH_CSR_INVALID: 400,
  TAPMESH_JOIN_TOKEN_REFUSED: 403,
  TAPMESH_RENEWAL_REFUSED: 403,
  TAPMESH_CA_DAMAGED: 503,
  TAPMESH_COLLECTOR_BUSY: 503,
  TAPMESH_CONTROL_BUSY: 503,
  TAPMESH_DISK_FULL: 503,
  TAPMESH_DATA_UNWRITABLE: 503,
  TAPMESH_STORE_UNAVAILABLE: 503,
}

export const RETRY_AFTER_S = 2

/** Status of an error's answer, and the error as it may be shown: what is not known stays inside. */
export function errorOf(error: unknown): { status: number; error: TapmeshError } {
  const known = codeOf(error) in STATUSES ? (error as TapmeshError) : undefined
  if (known) return { status: STATUSES[known.code]!, error: known }
  const hidden = new TapmeshError(
    'TAPMESH_INTERNAL',
    'the collector failed on this request',
    'The log of the collector says more.',
  )
  return { status: 500, error: hidden }
}

/** Answers an error as `{error: {code, message, hint}}` with its status. */
export function sendError(response: Response, cause: unknown): void {
  const { status, error } = errorOf(cause)
  if (status === 503) response.setHeader('retry-after', String(RETRY_AFTER_S))
  // The rest of a body that is too large is not worth reading, so its connection can not be kept.
  if (status === 413) response.setHeader('connection', 'close')
  const { code, message, hint } = error
  response.status(status).json({ error: { code, message, hint } })
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/** Refuses requests whose Host is not known: a page of another name that points here gets nothing. */
export function hostGuard(hosts: readonly string[]): RequestHandler {
  const known = new Set([...LOOPBACK, ...hosts].map((host) => host.toLowerCase()))
  return (request, response, next) => {
    const host = (request.headers.host ?? '').toLowerCase().replace(/:[0-9]{1,5}$/, '')
    if (known.has(host)) return next()
    sendError(
      response,
      new TapmeshError(
        'TAPMESH_HOST_FORBIDDEN',
        'the Host header names no host of this collector',
        'Add the name to the hosts of the collector if taps are meant to reach it by that name.',
      ),
    )
  }
}

export function securityHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  response.setHeader('cache-control', 'no-store')
  response.setHeader('referrer-policy', 'no-referrer')
  next()
}

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()

/** Compares tokens by their hashes, in the same time whatever they are. */
export function tokenGuard(token: string): (request: Request) => void {
  const wanted = digest(token)
  return (request) => {
    const given = /^Bearer ([\x21-\x7e]{1,512})$/.exec(request.headers.authorization ?? '')?.[1]
    if (given === undefined) {
      throw new TapmeshError(
        'TAPMESH_TOKEN_MISSING',
        'the request carries no token',
        'Give the sender the token of the collector: a tap by --token-file .tapmesh/token or TAPMESH_TOKEN, an OTLP exporter by OTEL_EXPORTER_OTLP_HEADERS.',
      )
    }
    if (!timingSafeEqual(digest(given), wanted)) {
      throw new TapmeshError(
        'TAPMESH_TOKEN_WRONG',
        'the token is not the one of this collector',
        'Compare it with the file .tapmesh/token beside the collector.',
      )
    }
  }
}
