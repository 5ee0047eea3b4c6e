import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express, { type RequestHandler } from 'express'
import { sendError, tokenGuard } from '../../../collector/http/guard.ts'
import { IdentityAuthority } from '../../../control/identity/identity.ts'
import { identityRoute } from '../../../control/identity/route.ts'

/** A CA behind its real route. */
export interface TestControl {
  url: string
  token: string
  authority: IdentityAuthority
  asked: number
  /** Put before the answers; undefined: nothing. */
  before: RequestHandler | undefined
  joinToken(service?: string): Promise<string>
  close(): void
}

export async function openTestControl(
  options: { trustDomain?: string; leaf_ms?: number; now?: () => number } = {},
): Promise<TestControl> {
  const folder = mkdtempSync(join(tmpdir(), 'tapmesh-ca-'))
  const token = 'a-token-of-this-collector'
  const authority = new IdentityAuthority({
    folder: join(folder, 'ca'),
    trustDomain: () => options.trustDomain ?? 'prod.example',
    audit: async () => {},
    onWarning: () => {},
    leaf_ms: options.leaf_ms,
    now: options.now,
  })
  const app = express()
  app.use((request, response, next) => {
    control.asked++
    if (control.before) control.before(request, response, next)
    else next()
  })
  app.post('/v1/identity/:tap', identityRoute(tokenGuard(token), authority, sendError))
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const control: TestControl = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    authority,
    asked: 0,
    before: undefined,
    joinToken: async (service = 'orders') => (await authority.joinToken({ service, reason: 'test' })).token,
    close() {
      server.close()
      server.closeAllConnections()
      rmSync(folder, { recursive: true })
    },
  }
  return control
}
