import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { ArrivedConnection } from '../../../net/secure.ts'
import type { Identity } from '../../../tap-proxy/identity/identity.ts'
import { LeafCheck } from '../../../tap-proxy/identity/leaf-check.ts'
import {
  type Decided,
  type MtlsPolicy,
  type Refused,
  SecureAccept,
} from '../../../tap-proxy/identity/secure-accept.ts'
import { type Connected, connectSecure, type Expected } from '../../../tap-proxy/identity/secure-connect.ts'
import { SecureContexts } from '../../../tap-proxy/identity/secure-contexts.ts'
import { SecureCounters } from '../../../tap-proxy/identity/secure-counters.ts'
import { type HeldSource, heldSource } from './source.ts'

/** A port as a tap opens it, whose connections a test gets as they are decided. */
export interface SecurePort {
  port: number
  source: HeldSource
  counters: SecureCounters
  contexts: SecureContexts
  decided: Decided[]
  refused: Refused[]
  accept: SecureAccept
  policy: MtlsPolicy
  close(): void
}

export async function openSecurePort(
  identity: Identity | undefined,
  options: {
    policy?: MtlsPolicy
    silence_ms?: number
    answersPlaintext?: boolean
    hello_ms?: number
    onTaken?: (decided: Decided) => void
    now?: () => number
    ending?: { drain(): void; cut(): void }
    arrived?: (serviceSpoke: () => void) => ArrivedConnection
  } = {},
): Promise<SecurePort> {
  const source = heldSource(identity)
  const contexts = new SecureContexts()
  contexts.follow(source)
  const counters = new SecureCounters()
  const decided: Decided[] = []
  const refused: Refused[] = []
  const accept = new SecureAccept({
    contexts,
    counters,
    leaves: await new LeafCheck().load(),
    policyFor: () => open.policy,
    answersPlaintext: options.answersPlaintext === true,
    taken: (one) => {
      decided.push(one)
      one.socket.on('error', () => {})
      options.onTaken?.(one)
      one.socket.resume()
      return options.ending ?? { drain: () => one.socket.end(), cut: () => one.reset() }
    },
    refused: (one) => refused.push(one),
    ...(options.arrived === undefined ? {} : { arrived: options.arrived }),
    ...(options.silence_ms === undefined ? {} : { silence_ms: options.silence_ms }),
    ...(options.now === undefined ? {} : { now: options.now }),
    ...(options.hello_ms === undefined ? {} : { hello_ms: options.hello_ms }),
  })
  const sockets = new Set<Socket>()
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    accept.take(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const open: SecurePort = {
    port: (server.address() as AddressInfo).port,
    source,
    counters,
    contexts,
    decided,
    refused,
    accept,
    policy: options.policy ?? 'permissive',
    close() {
      server.close()
      accept.close()
      for (const socket of sockets) socket.destroy()
    },
  }
  return open
}

/** Another tap that connects. */
export async function connectAs(
  identity: Identity | undefined,
  port: number,
  expected: Expected = { service: 'orders' },
): Promise<Connected> {
  const contexts = new SecureContexts()
  contexts.follow(heldSource(identity))
  const [leaves, counters] = [await new LeafCheck().load(), new SecureCounters()]
  return new Promise((resolve) => {
    connectSecure({ contexts, leaves, counters }, '127.0.0.1', port, expected, resolve)
  })
}

export function connectPlain(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => {})
  return socket
}

/** Sends back what comes. */
export function echo({ socket }: Pick<Decided, 'socket'>): void {
  socket.on('data', (chunk) => socket.write(chunk))
  socket.on('end', () => socket.end())
}

/** Gathers what comes until the other side ends. */
export async function textOf(socket: Socket): Promise<string> {
  const parts: Buffer[] = []
  socket.on('data', (chunk: Buffer) => parts.push(chunk))
  socket.resume()
  await new Promise<void>((resolve) => {
    socket.once('end', resolve)
    socket.once('close', () => resolve())
  })
  return Buffer.concat(parts).toString('latin1')
}
