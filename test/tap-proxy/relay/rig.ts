import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { systemClock } from '../../../net/clock.ts'
import { endpointAt } from '../../../net/endpoint.ts'
import { TimerWheel } from '../../../net/timer-wheel.ts'
import type { Transport } from '../../../net/transport.ts'
import type { CallDraft, CallParties } from '../../../protocol/call-draft.ts'
import { statusNumber } from '../../../protocol/status-text.ts'
import { createListener, type Listener, type ListenerDeps } from '../../../tap-proxy/listen/listener.ts'
import { RelayCounters } from '../../../tap-proxy/relay/counters.ts'
import type { Gate } from '../../../tap-proxy/relay/ward.ts'
import { DEFAULT_LIMITS, type Limits, type ListenerSettings } from '../../../tap-proxy/settings.ts'
import { fixedDestination } from './destination.ts'

/** A relay between a client and a backend made of plain sockets, for tests over real connections. */

/** What a sink keeps of a draft: copies, since drafts are used again. */
export interface Kept {
  method: string
  path: string
  status: number
  outcome: string
  flags: string
  finding: string
  request_bytes: number
  response_bytes: number
  duration_us: number
  ttfb_us: number
  tap_us: number
  ts: number
  trace: string
  span: string
  parent: string
  attempt: number
  verdicts: readonly string[]
  config_version: string
  parties: CallParties
}

export function keep(draft: CallDraft): Kept {
  const { head } = draft
  return {
    method: head.toString('latin1', draft.methodStart, draft.methodEnd),
    path: head.toString('latin1', draft.pathStart, draft.pathEnd),
    status: statusNumber(draft.status),
    outcome: draft.outcome,
    flags: draft.response_flags,
    finding: draft.finding,
    request_bytes: draft.request_bytes,
    response_bytes: draft.response_bytes,
    duration_us: draft.duration_us,
    ttfb_us: draft.ttfb_us,
    tap_us: draft.tap_us,
    ts: draft.ts,
    trace: draft.ids.toString('latin1', 0, 32),
    span: draft.ids.toString('latin1', 32, 48),
    parent: draft.hasParent ? draft.parent.toString('latin1') : '',
    attempt: draft.attempt,
    verdicts: draft.verdicts,
    config_version: draft.config_version,
    parties: draft.parties,
  }
}

/** Waits until `condition` holds; fails with `what` after five seconds. */
export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  const deadline = performance.now() + 5000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

export interface Rig {
  port: number
  listener: Listener
  records: Kept[]
  counters: RelayCounters
  wheel: TimerWheel
  deps: ListenerDeps
  settings: ListenerSettings
  close(): void
}

/** Policy acts on calls and lets them all through, so that HTTP is terminated. */
const PASSES: Gate = { acts: true, admit: (call, target) => call.dispatch(target) }

export interface RigOptions {
  /** `enforcing` terminates HTTP, as where a feature acts on calls; `passive` is the wire. */
  mode?: 'passive' | 'enforcing'
  backendPort?: number
  limits?: Partial<Limits>
  settings?: Partial<ListenerSettings>
  deps?: Partial<ListenerDeps>
  transport?: Transport
}

export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const records: Kept[] = []
  const counters = new RelayCounters()
  const wheel = new TimerWheel()
  const port = options.backendPort ?? 0
  const target = endpointAt('127.0.0.1', port)
  const deps: ListenerDeps = {
    service: 'orders',
    zone: 'eu-1',
    version: '7',
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    destination: fixedDestination(port > 0 ? [target] : []),
    door: { gate: options.mode === 'passive' ? undefined : PASSES },
    callerOf: () => undefined,
    sink: { call: (draft) => records.push(keep(draft)) },
    counters,
    clock: systemClock(),
    wheel,
    ...(options.transport ? { transport: options.transport } : {}),
    ...options.deps,
  }
  const settings: ListenerSettings = {
    name: 'test',
    kind: 'inbound',
    listen: { host: '127.0.0.1', port: 0 },
    to: [{ host: '127.0.0.1', port }],
    destination: 'orders',
    destination_zone: '',
    protocol: 'http',
    untouched: false,
    allow: [],
    ...options.settings,
  }
  const listener = createListener(settings, deps)
  const address = await listener.listen()
  const close = (): void => {
    listener.close()
    for (const socket of clients.splice(0)) socket.destroy()
  }
  return { port: address.port, listener, records, counters, wheel, deps, settings, close }
}

/** One exchange over a new connection: sends `request`, waits for one complete answer or the end, and returns the text. */
export async function ask(port: number, request: string): Promise<string> {
  const client = await connectRaw(port)
  client.socket.write(request, 'latin1')
  await until(() => client.ended || client.closed || messageLength(client.text()) > 0, request.slice(0, 40))
  client.socket.destroy()
  return client.text()
}

/** A request line with Host, and more fields. */
export function get(path = '/', ...fields: string[]): string {
  return [`GET ${path} HTTP/1.1`, 'Host: a.test', ...fields, '', ''].join('\r\n')
}

/** A server of raw sockets; every connection is handed over with what it received so far. */
export interface Backend {
  port: number
  connections: BackendConnection[]
  close(): void
}

export interface BackendConnection {
  socket: Socket
  received: Buffer
  ended: boolean
  closed: boolean
}

export async function startBackend(
  onData: (connection: BackendConnection, chunk: Buffer, index: number) => void,
): Promise<Backend> {
  const connections: BackendConnection[] = []
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    const connection: BackendConnection = { socket, received: Buffer.alloc(0), ended: false, closed: false }
    const index = connections.push(connection) - 1
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('end', () => {
      connection.ended = true
    })
    socket.on('close', () => {
      connection.closed = true
    })
    socket.on('data', (chunk: Buffer) => {
      connection.received = Buffer.concat([connection.received, chunk])
      onData(connection, chunk, index)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    close() {
      server.close()
      for (const { socket } of connections) socket.destroy()
    },
  }
}

/** A client of raw bytes. */
export interface RawClient {
  socket: Socket
  received: Buffer
  ended: boolean
  closed: boolean
  error: string
  text(): string
}

/** Every client of a test file, closed with its rig, so that none outlives the test. */
const clients: Socket[] = []

export async function connectRaw(port: number, allowHalfOpen = true): Promise<RawClient> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen })
  clients.push(socket)
  const client: RawClient = {
    socket,
    received: Buffer.alloc(0),
    ended: false,
    closed: false,
    error: '',
    text: () => client.received.toString('latin1'),
  }
  socket.setNoDelay(true)
  socket.on('data', (chunk: Buffer) => {
    client.received = Buffer.concat([client.received, chunk])
  })
  socket.on('end', () => {
    client.ended = true
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    client.error = error.code ?? String(error)
  })
  socket.on('close', () => {
    client.closed = true
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return client
}

/** A backend that answers every complete request with 200 and `body`; enough framing for tests, none of the relay's code. */
export async function startEcho(body = 'hello'): Promise<Backend & { requests: () => string[] }> {
  const seen: string[] = []
  const pending = new Map<BackendConnection, string>()
  const backend = await startBackend((connection, chunk) => {
    let text = (pending.get(connection) ?? '') + chunk.toString('latin1')
    for (let length = messageLength(text); length > 0; length = messageLength(text)) {
      seen.push(text.slice(0, length))
      text = text.slice(length)
      connection.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    }
    pending.set(connection, text)
  })
  return { ...backend, requests: () => seen }
}

/** Length of the first complete message in `text`, 0 where it is not complete. `anyBody` false: a message never has one. */
export function messageLength(text: string, anyBody = true): number {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return 0
  const fields = text.slice(0, head + 2)
  const start = head + 4
  if (!anyBody) return start
  const length = /\r\ncontent-length:[ \t]*([0-9]+)/i.exec(fields)
  if (/\r\ntransfer-encoding:[ \t]*chunked/i.test(fields)) {
    const rest = /^(?:[0-9a-fA-F]+[^\r]*\r\n)/
    let at = start
    for (;;) {
      const size = rest.exec(text.slice(at))
      if (!size) return 0
      const count = Number.parseInt(size[0], 16)
      at += size[0].length
      if (count === 0) {
        const end = text.startsWith('\r\n', at) ? at : text.indexOf('\r\n\r\n', at) + 2
        return end < at || text.length < end + 2 ? 0 : end + 2
      }
      at += count + 2
      if (at > text.length) return 0
    }
  }
  const end = start + (length ? Number(length[1]) : 0)
  return text.length >= end ? end : 0
}
