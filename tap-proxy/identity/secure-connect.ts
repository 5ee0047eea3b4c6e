import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { codeOf, TapmeshError } from '../../model/error.ts'
import { MESH_PROTOCOL } from '../../model/identity.ts'
import type { LeafCheck } from './leaf-check.ts'
import { otherService, peerIdentity, type UnprovenPeer } from './peer-identity.ts'
import { resetTls } from './secure-accept.ts'
import type { SecureContexts } from './secure-contexts.ts'
import type { SecureCounters } from './secure-counters.ts'

export interface SecureConnectOptions {
  contexts: SecureContexts
  leaves: LeafCheck
  counters: SecureCounters
}

/** Whom the other end has to be: a service of our trust domain, or exactly one SPIFFE ID. */
export type Expected = { service: string } | { id: string }

export interface SecureConnection {
  /** Paused, and nothing was written: the peer is who it has to be. */
  socket: Socket
  /** SPIFFE ID of the peer. */
  identity: string
  reset: () => void
}

export type Connected = { connection: SecureConnection } | { error: TapmeshError; peer?: UnprovenPeer }

/**
 * Connects to another tap and checks who it is. Never falls back to plaintext: who could make it do
 * so would read along.
 * @param connected told once
 * @returns how to give up
 */
export function connectSecure(
  { contexts, leaves, counters }: SecureConnectOptions,
  host: string,
  port: number,
  expected: Expected,
  connected: (result: Connected) => void,
): () => void {
  const { client, identity } = contexts
  if (!client || !identity) {
    const wait = 'Join the mesh with --join-token, or name the folder of its files with --identity-files.'
    const error = new TapmeshError('TAPMESH_IDENTITY_INVALID', 'this tap has no certificate yet', wait)
    queueMicrotask(() => connected({ error }))
    return () => {}
  }
  let told = false
  const raw = connectTcp({ host, port, allowHalfOpen: true })
  const socket = connectTls({
    socket: raw,
    secureContext: client,
    ALPNProtocols: [MESH_PROTOCOL],
    // Checked below, for the reason and the claimed name; no session is ever given.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  })
  const reset = (): void => resetTls(socket, raw)
  const tell = (result: Connected): void => {
    if (told) return
    told = true
    if ('error' in result) reset()
    connected(result)
  }
  const fail = (cause: unknown): void => tell({ error: unreachable(cause, host, port) })
  // Both stay: an error after the hand-over is heard by the new owner, and here it does nothing.
  raw.on('error', fail)
  socket.on('error', fail)
  socket.once('close', () => fail({ code: 'ECONNRESET' }))
  socket.once('secureConnect', () => {
    let peer = peerIdentity(socket, identity.trustDomain, leaves)
    if (peer.proven && !isExpected(peer.id, peer.service, expected)) {
      peer = otherService(peer, 'id' in expected ? expected.id : expected.service)
    }
    if (socket.alpnProtocol !== MESH_PROTOCOL) fail({ code: 'ERR_NOT_A_TAP' })
    else if (peer.proven) {
      socket.pause()
      tell({ connection: { socket, identity: peer.id, reset } })
    } else {
      counters.faults[peer.fault]++
      tell({ error: refused(peer, host, port), peer })
    }
  })
  return () => {
    told = true
    reset()
  }
}

function isExpected(id: string, service: string, expected: Expected): boolean {
  return 'id' in expected ? id === expected.id : service === expected.service
}

function refused({ claimed, text }: UnprovenPeer, host: string, port: number): TapmeshError {
  return new TapmeshError(
    'TAPMESH_PEER_REFUSED',
    `${host}:${port}${claimed === '' ? '' : `, which calls itself ${claimed},`} is not who was wanted: ${text}`,
    'tapmesh identity shows what a tap has; compare both ends.',
  )
}

function unreachable(cause: unknown, host: string, port: number): TapmeshError {
  const code = codeOf(cause)
  return new TapmeshError(
    'TAPMESH_PEER_UNAVAILABLE',
    `no TLS with a tap at ${host}:${port} (${code === 'TAPMESH_INTERNAL' ? (cause as Error).message : code})`,
    'See that a tap listens there and has a certificate; one that answers in plaintext is not tried again without TLS.',
    { cause },
  )
}
