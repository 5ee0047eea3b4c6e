import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ErrorCode, TapmeshError } from '../model/error.ts'

/** What the admin port says of the kill switch, and how it is turned there. */
export interface BypassSwitch {
  tap: () => string
  /** The tap's own token for its collector; without one the switch cannot be turned over HTTP. */
  token: () => string | undefined
  /** Who bypasses this tap now; empty: nobody. */
  heldBy: () => readonly string[]
  set: (on: boolean) => void
}

/** Answer of GET and POST /bypass. */
export interface BypassAnswer {
  tap: string
  bypassed: boolean
  by: readonly string[]
}

const BODY_BYTES_MAX = 256
const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/
const STATUSES: Partial<Record<ErrorCode, number>> = {
  TAPMESH_TOKEN_MISSING: 401,
  TAPMESH_TOKEN_WRONG: 403,
  TAPMESH_BODY_INVALID: 400,
  TAPMESH_ORIGIN_FORBIDDEN: 403,
}

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Mutations are for this machine and for whoever has the token; a page of a browser has neither. */
function checkRight(request: IncomingMessage, token: string | undefined): void {
  if (!LOOPBACK.test(request.socket.remoteAddress ?? '')) {
    throw new TapmeshError(
      'TAPMESH_ORIGIN_FORBIDDEN',
      'the switch is turned from this machine alone',
      'Run tapmesh bypass beside the tap, or bypass it through control.',
    )
  }
  if (token === undefined) {
    throw new TapmeshError(
      'TAPMESH_TOKEN_MISSING',
      'this tap has no token to compare with',
      'Send it SIGUSR2, use its bypass file, or start it with --token-file.',
    )
  }
  const [, given] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? []
  if (given === undefined) {
    throw new TapmeshError(
      'TAPMESH_TOKEN_MISSING',
      'the switch needs the token',
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

async function wishOf(request: IncomingMessage): Promise<boolean> {
  let text = ''
  for await (const part of request) {
    text += part
    if (text.length > BODY_BYTES_MAX) break
  }
  const [, on] =
    text.length > BODY_BYTES_MAX ? [] : (/^\s*\{\s*"bypass"\s*:\s*(true|false)\s*\}\s*$/.exec(text) ?? [])
  if (on !== undefined) return on === 'true'
  throw new TapmeshError('TAPMESH_BODY_INVALID', 'the body says neither on nor off', 'Send {"bypass": true}.')
}

/** Answers /bypass: GET says how it stands, POST turns it. */
export async function answerBypass(
  request: IncomingMessage,
  response: ServerResponse,
  bypass: BypassSwitch,
): Promise<void> {
  const send = (status: number, answer: object) => {
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(`${JSON.stringify(answer)}\n`)
  }
  try {
    if (request.method === 'POST') {
      checkRight(request, bypass.token())
      bypass.set(await wishOf(request))
    }
    const by = bypass.heldBy()
    send(200, { tap: bypass.tap(), bypassed: by.length > 0, by } satisfies BypassAnswer)
  } catch (error) {
    const { code, message, hint } = error as TapmeshError
    // What is left of a body is not worth reading.
    response.setHeader('connection', 'close')
    send(STATUSES[code] ?? 500, { error: { code, message, hint } })
  }
}
