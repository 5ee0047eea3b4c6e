import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ErrorCode, TapmeshError } from '../model/error.ts'

/** What changes a tap over its admin port: who may, and how it is answered. */

const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/
const STATUSES: Partial<Record<ErrorCode, number>> = {
  TAPMESH_TOKEN_MISSING: 401,
  TAPMESH_TOKEN_WRONG: 403,
  TAPMESH_BODY_INVALID: 400,
  TAPMESH_ORIGIN_FORBIDDEN: 403,
  TAPMESH_UPGRADE_FAILED: 503,
}

const digest = (text: string) => createHash('sha256').update(text).digest()

/**
 * Changes are for this machine and for whoever has the token; a page of a browser has neither.
 * @param instead how a tap without a token is told the same
 */
export function checkRight(request: IncomingMessage, token: string | undefined, instead: string): void {
  if (!LOOPBACK.test(request.socket.remoteAddress ?? '')) {
    throw new TapmeshError(
      'TAPMESH_ORIGIN_FORBIDDEN',
      'a tap is changed from its own machine only',
      'Run the command beside the tap.',
    )
  }
  if (token === undefined) {
    throw new TapmeshError(
      'TAPMESH_TOKEN_MISSING',
      'this tap has no token to compare with',
      `${instead}, or start it with --token-file.`,
    )
  }
  const [, given] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? []
  if (given === undefined) {
    throw new TapmeshError(
      'TAPMESH_TOKEN_MISSING',
      'a change needs the token of the tap',
      'Name it with --token-file.',
    )
  }
  if (!timingSafeEqual(digest(given), digest(token))) {
    throw new TapmeshError(
      'TAPMESH_TOKEN_WRONG',
      'that is not the token of this tap',
      'It is the one with which the tap sends its records.',
    )
  }
}

/** Writes what `work` gives, or its error. */
export async function answerChange(response: ServerResponse, work: () => Promise<object>): Promise<void> {
  const send = (status: number, answer: object) => {
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(`${JSON.stringify(answer)}\n`)
  }
  try {
    send(200, await work())
  } catch (error) {
    const { code, message, hint } = error as TapmeshError
    // What is left of a body is not worth reading.
    response.setHeader('connection', 'close')
    send(STATUSES[code] ?? 500, { error: { code, message, hint } })
  }
}
