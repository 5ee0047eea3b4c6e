import { readFile } from 'node:fs/promises'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import type { Call, Graph } from '../../graph-api/contract.ts'
import { deltaOf } from '../../model/graph-delta.ts'
import {
  callsAnswer,
  callsOverTimeAnswer,
  edgeAnswer,
  matches,
  serviceAnswer,
  statusAnswer,
} from './fake-answers.ts'
import { callOf, longTraceOf, traceOf } from './fake-calls.ts'
import { FakeControl } from './fake-control.ts'
import type { Shape } from './fake-graph.ts'
import { graphOf } from './fake-graph.ts'
import { pathsAnswer, seriesAnswer } from './fake-over-time.ts'

/**
 * A stand-in for the API: serves the built UI and generated answers that obey
 * graph-api/contract.ts, over the same paths and with the same content security policy. A test
 * holds the strings: `push` sends the next graph, `emit` new calls, `fail` an error.
 */

/** The trace that has three thousand calls. */
export const LONG_TRACE = 'cd'.repeat(16)

export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
}

interface Listener {
  response: ServerResponse
  query: URLSearchParams
  /** The graph it was sent last. */
  sent?: Graph
}

export class FakeApi {
  shape: Shape
  step = 0
  calls: Call[]
  positions: Record<string, { x: number; y: number }> = {}
  puts: string[] = []
  store_error: string | null = null
  /** Instead of the shape's own: services whose taps are connected, and the newest stored call. */
  tapped: string[] = []
  newest: string | null = null
  /** While set, every API request is answered with this error. */
  failure: { status: number; code: string; message: string; hint: string } | null = null
  readonly token = 'f'.repeat(64)
  readonly control = new FakeControl(this.token)
  readonly #dist: string
  readonly #server: Server
  readonly #listeners = new Set<Listener>()
  #seed = 0

  constructor(shape: Shape, dist: string, calls = 240) {
    this.shape = shape
    this.#dist = dist
    const now = Date.now() * 1000
    this.calls = Array.from({ length: shape.links.length > 0 ? calls : 0 }, (_, at) =>
      callOf(shape, this.#seed++, now - at * 120_000),
    )
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error))
      })
    })
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(port, '127.0.0.1', done))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.closeAllConnections()
    await new Promise<void>((done) => this.#server.close(() => done()))
  }

  /** Ends every open stream. */
  cut(): void {
    for (const { response } of this.#listeners) response.end()
    this.#listeners.clear()
  }

  get streams(): number {
    return this.#listeners.size
  }

  graph(query = new URLSearchParams()): Graph {
    const to = new Date(Date.parse(query.get('to') ?? '') || Date.now())
    const fixed = Date.parse(query.get('from') ?? '')
    if (fixed) return graphOf(this.shape, new Date(fixed), to, this.step)
    const span = /^now-(\d+)([smhd])$/.exec(query.get('from') ?? `now-${query.get('window') ?? '5m'}`)
    const unit = { s: 1, m: 60, h: 3600, d: 86_400 }[span?.[2] ?? 'm']!
    return graphOf(this.shape, new Date(to.getTime() - Number(span?.[1] ?? 5) * unit * 1000), to, this.step)
  }

  /** New numbers for every stream; `change` may alter the shape first. */
  push(change?: (shape: Shape) => void): void {
    change?.(this.shape)
    this.step++
    for (const listener of this.#listeners) this.#sendGraph(listener)
  }

  /** Adds `count` new calls and tells the streams that asked for them. */
  emit(count: number, skipped = 0): Call[] {
    const now = Date.now() * 1000
    const made = Array.from({ length: count }, (_, at) => callOf(this.shape, this.#seed++, now + at))
    this.calls.unshift(...made.toReversed())
    for (const { response, query } of this.#listeners) {
      if (query.get('calls') !== '1') continue
      this.#event(response, 'calls', { calls: made.filter((it) => matches(it, query)), skipped })
    }
    return made
  }

  #event(response: ServerResponse, event: string, data: unknown, id = ''): void {
    response.write(`${id && `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  /** The whole graph first, what changed after that. */
  #sendGraph(listener: Listener): void {
    const { response, query, sent } = listener
    if (query.get('graph') === '0') return
    const graph = this.graph(query)
    const id = `fake.300.${this.step + 1}`
    listener.sent = graph
    if (sent && query.get('deltas') === '1')
      this.#event(response, 'delta', deltaOf(sent, graph, this.step + 1), id)
    else this.#event(response, 'graph', graph, id)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (!url.pathname.startsWith('/api/')) return this.#file(url.pathname, response)
    if (this.failure) {
      const { status, ...error } = this.failure
      return json(response, { error }, status)
    }
    if (url.pathname === '/api/v1/stream') return this.#stream(url.searchParams, response)
    if (url.pathname === '/api/v1/backtest') return this.control.tellBacktest(request, response)
    const controlled = await this.control.answer(request, url)
    if (controlled) return json(response, controlled.body, controlled.status)
    const [, , , kind, ...names] = url.pathname.split('/').map(decodeURIComponent)
    if (kind === 'positions' && request.method === 'PUT') return this.#putPositions(request, response)
    const answer = this.#read(kind ?? '', names, url.searchParams)
    if (answer === undefined) {
      const error = {
        code: 'TAPMESH_NOT_FOUND',
        message: `nothing named ${names.join(' to ')} in this window`,
        hint: 'Choose a longer time range.',
      }
      return json(response, { error }, 404)
    }
    return json(response, answer)
  }

  #read(kind: string, names: string[], query: URLSearchParams): unknown {
    const graph = this.graph(query)
    switch (kind) {
      case 'graph':
        if (names[0] !== 'series') return graph
        return seriesAnswer(this.shape, new Date(graph.window.from), new Date(graph.window.to))
      case 'paths':
        return pathsAnswer(this.shape, graph, query.get('through') ?? '')
      case 'services':
        return names[0] === undefined
          ? { window: graph.window, services: graph.nodes }
          : serviceAnswer(graph, names[0])
      case 'edges': {
        const edge = graph.edges.find((it) => it.source === names[0] && it.destination === names[1])
        return edge && edgeAnswer(graph, this.calls, edge)
      }
      case 'calls':
        return callsAnswer(graph, this.calls, query)
      case 'calls-over-time':
        return callsOverTimeAnswer(graph, this.calls, query)
      case 'traces':
        if (names[0] === LONG_TRACE) return longTraceOf(this.shape, names[0], 3000)
        return names[0] === '0'.repeat(32) ? undefined : traceOf(this.shape, names[0]!)
      case 'status':
        return statusAnswer(this.shape, this.calls.length * 1000, this)
      case 'positions':
        return this.positions
      default:
        return undefined
    }
  }

  #stream(query: URLSearchParams, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    const listener: Listener = { response, query }
    this.#listeners.add(listener)
    response.on('close', () => this.#listeners.delete(listener))
    this.#event(response, 'ping', { now: new Date().toISOString() })
    this.#sendGraph(listener)
  }

  async #putPositions(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      const error = { code: 'TAPMESH_TOKEN_WRONG', message: 'wrong token', hint: '' }
      return json(response, { error }, 401)
    }
    let body = ''
    for await (const chunk of request) body += String(chunk)
    this.puts.push(body)
    this.positions = { ...this.positions, ...JSON.parse(body) }
    return json(response, this.positions)
  }

  async #file(path: string, response: ServerResponse): Promise<void> {
    const asset = path.startsWith('/assets/') ? normalize(path) : '/index.html'
    const body = await readFile(join(this.#dist, asset)).catch(() => undefined)
    if (!body) return void response.writeHead(404).end()
    response.writeHead(200, {
      'content-type': TYPES[extname(asset)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
    })
    response.end(body)
  }
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
