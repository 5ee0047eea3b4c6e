import type { Request, RequestHandler, Response } from 'express'
import { TapmeshError } from '../../model/error.ts'
import { sendError } from '../http/guard.ts'
import { BODY_LIMITS, type BodyLimits, readBody } from './body.ts'
import { readHead } from './head.ts'
import type { Accepted, Intake } from './intake.ts'

/** Requests whose body is being read or checked; past it the collector asks for patience. */
const REQUESTS_MAX = 64

/** POST /v1/calls: token, head, body, then the intake; what is refused is read to its end first. */
export function callsRoute(
  checkToken: (request: Request) => void,
  intake: Intake,
  onRefused: () => void,
  limits: BodyLimits = BODY_LIMITS,
): RequestHandler {
  let running = 0
  const take = async (request: Request): Promise<Accepted> => {
    checkToken(request)
    const head = readHead(request.headers)
    if (running >= REQUESTS_MAX) {
      throw new TapmeshError(
        'TAPMESH_COLLECTOR_BUSY',
        'the collector reads as many batches at once as it can',
        'The tap keeps the batch and sends it again.',
      )
    }
    running++
    try {
      return await intake.take(head, await readBody(request, head.encoding, limits, head.bytes))
    } finally {
      running--
    }
  }
  return async (request: Request, response: Response) => {
    try {
      response.json(await take(request))
    } catch (error) {
      onRefused()
      discard(request, limits.batch_bytes_max)
      sendError(response, error)
    }
  }
}

/** Reads what is left of a body, so that its sender gets to read the answer; gives up past a limit. */
export function discard(request: Request, bytes_max: number): void {
  let bytes = 0
  request.on('error', () => {})
  request.on('data', (piece: Buffer) => {
    bytes += piece.length
    if (bytes > bytes_max) request.destroy()
  })
  request.resume()
}
