import type { IncomingMessage, ServerResponse } from 'node:http'
import { TapmeshError } from '../model/error.ts'
import { answerChange, checkRight } from './admin-right.ts'

/** Answer of POST /upgrade. */
export interface UpgradeAnswer {
  tap: string
  /** Process that was asked and leaves when its connections have ended. */
  before: number
  /** Process that serves now. */
  after: number
}

/** Answers POST /upgrade once a successor serves, or could not be started. @param token the tap's own */
export async function answerUpgrade(
  request: IncomingMessage,
  response: ServerResponse,
  upgrade: (() => Promise<number>) | undefined,
  tap: string,
  token: string | undefined,
): Promise<void> {
  await answerChange(response, async () => {
    checkRight(request, token, 'Send it SIGURG')
    if (upgrade === undefined) {
      throw new TapmeshError(
        'TAPMESH_UPGRADE_FAILED',
        'this tap is part of another program',
        'Upgrade the program that started it.',
      )
    }
    return { tap, before: process.pid, after: await upgrade() } satisfies UpgradeAnswer
  })
}
