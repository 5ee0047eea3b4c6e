import { once } from 'node:events'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ControlState, TapConfigStatus } from '../../../model/control.ts'

/** What a stub of control saw of one pull. */
export interface SeenPull {
  path: string
  services: string[]
  headers: IncomingHttpHeaders
}

export type PullReply = (response: ServerResponse, pull: SeenPull) => void

export const sendState = (response: ServerResponse, state: ControlState): void => {
  response.writeHead(200, { etag: `"${state.revision}"`, 'content-type': 'application/json' })
  response.end(JSON.stringify(state))
}

/** The state where the tap has another one; a tap that has it waits, as control lets it. */
export const serve =
  (state: ControlState): PullReply =>
  (response, { headers }) => {
    if (headers['if-none-match'] !== `"${state.revision}"`) sendState(response, state)
  }

/** A stub of the control routes of the collector: a plain node:http server whose reply a test chooses. */
export async function stubControl(reply: PullReply, port = 0) {
  const pulls: SeenPull[] = []
  const statuses: TapConfigStatus[] = []
  const waiting = new Set<ServerResponse>()
  const control = { reply }
  const held = { statuses: false }
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://control')
    if (!url.pathname.startsWith('/v1/config/')) {
      response.writeHead(404).end()
      return
    }
    if (request.method === 'POST') {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part as Buffer)
      statuses.push(JSON.parse(Buffer.concat(parts).toString()) as TapConfigStatus)
      if (!held.statuses) response.writeHead(204).end()
      return
    }
    const services = (url.searchParams.get('services') ?? '').split(',')
    const pull = { path: url.pathname, services, headers: request.headers }
    pulls.push(pull)
    control.reply(response, pull)
    if (response.writableEnded) return
    waiting.add(response)
    response.on('close', () => waiting.delete(response))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: taken } = server.address() as AddressInfo
  return {
    pulls,
    statuses,
    waiting,
    port: taken,
    url: `http://127.0.0.1:${taken}`,
    /** Statuses are read and not answered. */
    set holdStatuses(hold: boolean) {
      held.statuses = hold
    },
    /** From now on this is the answer, also of those that wait. */
    setReply(next: PullReply): void {
      control.reply = next
      // One that got half an answer waits for nothing any more.
      for (const response of waiting)
        if (!response.headersSent) next(response, { path: '', services: [], headers: {} })
    },
    async close(): Promise<void> {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
