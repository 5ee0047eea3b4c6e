import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { codeOf } from '../model/error.ts'
import type { MetricFamily } from '../model/metric.ts'
import { labelOf } from '../net/endpoint.ts'
import { listenFault } from '../net/listen-fault.ts'
import { ListenSockets } from '../net/listen-sockets.ts'
import type { BypassSwitch } from './bypass-route.ts'
import type { Identity } from './identity/identity.ts'
import { ADMIN_PORTS_TRIED } from './settings.ts'

export interface AdminOptions {
  host: string
  port: number
  /** False: where the port is taken, the next free one is used. */
  fixed: boolean
  /** Asked at each scrape. */
  families: () => Promise<MetricFamily[]>
  /** Where the listening socket comes from; without one it is opened here. */
  sockets?: ListenSockets
  tap: () => string
  /** The tap's own token for its collector; without one nothing is changed over HTTP. */
  token: () => string | undefined
  bypass: BypassSwitch
  /** Starts a successor. @returns its process id */
  upgrade?: (() => Promise<number>) | undefined
  /** What the tap proves who it is with; undefined: nothing. */
  identity?: (() => Identity | undefined) | undefined
  /** Why the tap is not ready for calls, or undefined while it is. */
  notReady: () => string | undefined | Promise<string | undefined>
}

export interface Admin {
  /** `http://127.0.0.1:7402` */
  url: string
  /** Takes no new connections; answers under way are written. */
  leavePort(): void
  close(): void
}

const CONNECTIONS_MAX = 64
const TIMEOUT_MS = 10_000

/**
 * The admin port: /metrics, /healthz, /readyz and /identity, reading only; /bypass, the kill switch; /upgrade.
 * @throws TapmeshError TAPMESH_PORT_IN_USE or TAPMESH_PORT_FORBIDDEN
 */
export async function openAdmin(options: AdminOptions): Promise<Admin> {
  const { createServer } = await import('node:http')
  const server = createServer({ requestTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS, maxHeaderSize: 8192 })
  server.maxConnections = CONNECTIONS_MAX
  let scrape: Promise<() => Promise<{ type: string; text: string }>> | undefined
  const metrics = async () => {
    scrape ??= import('./exposition.ts').then(({ createExposition }) => createExposition(options.families))
    return (await scrape)()
  }
  server.on('request', (request, response) => {
    answer(request, response, options, metrics).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' })
      response.end(`the answer cannot be written (${codeOf(error)})\n`)
    })
  })
  const port = await listenFrom(server, options)
  server.unref()
  return {
    url: `http://${labelOf(options.host, port)}`,
    leavePort: () => void server.close(),
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** @returns the port */
async function listenFrom(
  server: Server,
  { host, port, fixed, sockets = new ListenSockets() }: AdminOptions,
): Promise<number> {
  const last = fixed || port === 0 ? port : port + ADMIN_PORTS_TRIED
  for (let wanted = port; ; wanted++) {
    try {
      return (await sockets.listen(server, { host, port: wanted }, 'admin', true)).port
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE' || wanted >= last)
        throw listenFault(error, { host, port: wanted }, 'admin')
    }
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: AdminOptions,
  metrics: () => Promise<{ type: string; text: string }>,
): Promise<void> {
  const send = (status: number, text: string, type = 'text/plain; charset=utf-8') => {
    response.writeHead(status, {
      'content-type': type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    response.end(request.method === 'HEAD' ? undefined : text)
  }
  const path = request.url?.split('?')[0]
  if (path === '/bypass' && (request.method === 'GET' || request.method === 'POST')) {
    const { answerBypass } = await import('./bypass-route.ts')
    return answerBypass(request, response, options.bypass, options.tap(), options.token())
  }
  if (path === '/upgrade' && request.method === 'POST') {
    const { answerUpgrade } = await import('./upgrade-route.ts')
    return answerUpgrade(request, response, options.upgrade, options.tap(), options.token())
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD')
    return send(405, 'only GET and HEAD; POST to /bypass and /upgrade\n')
  }
  switch (path) {
    case '/metrics': {
      const { type, text } = await metrics()
      return send(200, text, type)
    }
    case '/identity': {
      const identity = options.identity?.()
      const { describeIdentity } = await import('./identity/describe-identity.ts')
      return send(
        200,
        `${JSON.stringify(identity ? describeIdentity(identity) : null)}\n`,
        'application/json',
      )
    }
    case '/healthz':
      return send(200, 'ok\n')
    case '/readyz': {
      const reason = await options.notReady()
      return reason === undefined ? send(200, 'ready\n') : send(503, `${reason}\n`)
    }
    default:
      return send(404, 'known: /metrics /healthz /readyz /identity /bypass /upgrade\n')
  }
}
