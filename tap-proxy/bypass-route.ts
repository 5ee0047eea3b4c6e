import type { IncomingMessage, ServerResponse } from 'node:http'
import { TapmeshError } from '../model/error.ts'
import { answerChange, checkRight } from './admin-right.ts'

/** What the admin port says of the kill switch, and how it is turned there. */
export interface BypassSwitch {
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

/**
 * Answers /bypass: GET says how it is, POST turns it.
 * @param token the tap's own; without one the switch cannot be turned over HTTP
 */
export async function answerBypass(
  request: IncomingMessage,
  response: ServerResponse,
  bypass: BypassSwitch,
  tap: string,
  token: string | undefined,
): Promise<void> {
  await answerChange(response, async () => {
    if (request.method === 'POST') {
      checkRight(request, token, 'Send it SIGUSR2, use its bypass file')
      bypass.set(await wishOf(request))
    }
    const by = bypass.heldBy()
    return { tap, bypassed: by.length > 0, by } satisfies BypassAnswer
  })
}
