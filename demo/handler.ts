import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Agent, createServer } from 'node:http'
import type { CallAnswer, CallOptions } from './call.ts'
import { call } from './call.ts'
import type { Ledger } from './ledger.ts'
import { serveLiveFeed } from './live-feed.ts'
import type { Routes } from './message.ts'
import type { Instance } from './shop.ts'

/** What a service's code is given for one request. */
export interface Visit {
  url: URL
  method: string
  body: string
  /** Number of this request at this instance, from 1: faults come by count, so that they come evenly. */
  turn: number
  response: ServerResponse
  /** Calls another service through the outbound tap, with the trace headers of this request. */
  ask(name: string, path: string, options?: CallOptions): Promise<CallAnswer>
  reply(status: number, body: unknown): void
}

export type Handler = (visit: Visit) => void | Promise<void>

/** Longer than the tap keeps idle connections, so that it is always the tap that closes one. */
const KEEP_ALIVE_MS = 65_000
/** Shorter than the tap's idle limit, for the same reason on the other side. */
const AGENT_IDLE_MS = 10_000
const BODY_MAX = 64_000

/** The headers that a service has to hand on (W3C Trace Context); all that a mesh asks of an application. */
function traceHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of ['traceparent', 'tracestate']) {
    const value = request.headers[name]
    if (typeof value === 'string') headers[name] = value
  }
  return headers
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) {
    if (text.length < BODY_MAX) text += chunk
  }
  return text
}

export interface ShopServer {
  server: Server
  /** Tells the service where its destinations are. Until then it answers 503. */
  routes: Routes
}

export function createShopServer(instance: Instance, handler: Handler, ledger: Ledger): ShopServer {
  const { service } = instance
  const agent = new Agent({ keepAlive: true, timeout: AGENT_IDLE_MS })
  const routes: Routes = {}
  let turn = 0

  async function visit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    turn += 1
    const url = new URL(request.url ?? '/', 'http://shop')
    const reply = (status: number, body: unknown) => {
      if (response.headersSent || response.destroyed) return
      const text = JSON.stringify(body)
      response.writeHead(status, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      })
      response.end(text)
    }
    const ask = (name: string, path: string, options: CallOptions = {}) => {
      const base = routes[name]
      if (base === undefined) throw new Error(`${service.name} does not know yet where ${name} is`)
      ledger.note(service.name, name)
      const trace = service.forwardsTrace ? traceHeaders(request) : {}
      return call(`${base}${path}`, { ...options, agent, headers: { ...trace, ...options.headers } })
    }
    const body = await bodyOf(request)
    await handler({ url, method: request.method ?? 'GET', body, turn, response, ask, reply })
  }

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    visit(request, response).catch((error: Error) => {
      if (response.headersSent) response.destroy()
      else response.writeHead(503, { 'content-type': 'text/plain' }).end(`${error.message}\n`)
    })
  })
  server.on('upgrade', (request, socket) => void serveLiveFeed(request, socket))
  return { server, routes }
}
