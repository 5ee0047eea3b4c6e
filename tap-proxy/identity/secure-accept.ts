import type { Socket } from 'node:net'
import type { Server, TLSSocket } from 'node:tls'
import type { ArrivedConnection } from '../../net/secure.ts'
import { type Peeked, peek } from '../../wire/tls-hello.ts'
import type { LeafCheck } from './leaf-check.ts'
import { type PeerIdentity, peerIdentity, type UnprovenPeer } from './peer-identity.ts'
import { type Ending, ProvenConnections } from './proven-connections.ts'
import type { SecureContexts } from './secure-contexts.ts'
import type { SecureCounters } from './secure-counters.ts'
import { Undecided } from './undecided.ts'

/** `permissive` takes plaintext and taps alike; `strict` takes taps that prove who they are. */
export type MtlsPolicy = 'permissive' | 'strict'

/** A connection once it is known what it is; nothing was read from it that its owner does not get. */
export interface Decided {
  /** Paused; whoever takes it begins to read. */
  socket: Socket
  security: 'plaintext' | 'tls' | 'mtls'
  /** SPIFFE ID that was proven, or empty, and the service it stands for. */
  identity: string
  service: string
  /** Bytes to be relayed without a look at them: the application's own TLS, or a service that speaks first. */
  opaque: boolean
  /** The name that the application's own TLS asked for, or empty. */
  sni: string
  /** Ends the connection so that the peer cannot take what came for complete. */
  reset: () => void
  /** What was begun when the connection came. */
  early: ArrivedConnection | undefined
}

/** Why a connection was turned away. */
export interface Refused {
  address: string
  reason: 'plaintext' | 'foreign TLS' | 'peer' | 'no identity' | 'busy'
  peer?: UnprovenPeer
}

export interface SecureAcceptOptions {
  contexts: SecureContexts
  leaves: LeafCheck
  counters: SecureCounters
  /** Asked once a connection, with the address of the peer. */
  policyFor: (address: string) => MtlsPolicy
  /** Plaintext, and taps that prove nothing, are handed over even in strict: the policy answers each call. */
  answersPlaintext?: boolean
  /**
   * A connection came, and its peer may have to hear the service before it says a word.
   * @param serviceSpoke to be called when the service speaks first, which decides what the connection is
   */
  arrived?: (serviceSpoke: () => void) => ArrivedConnection | undefined
  /** @returns how to end it when its certificate holds no more; undefined where it was not taken */
  taken: (decided: Decided) => Ending | undefined
  refused: (refused: Refused) => void
  /** Milliseconds; by default SILENCE_MS and HELLO_MS. */
  silence_ms?: number
  hello_ms?: number
  /** Wall clock, milliseconds. */
  now?: () => number
}

/** How long a connection that says nothing is waited for: past it the service speaks first, as MySQL does. */
const SILENCE_MS = 2_000
/** How long a ClientHello may take once it has begun. */
const HELLO_MS = 10_000
/** How often open connections are looked through. */
const SWEEP_MS = 5_000

/** Connections whose first bytes or handshake are awaited; past it the oldest of the address with the most is reset. */
export const UNDECIDED_MAX = 2000

/** One port for plaintext, taps and the application's own TLS: each connection is told apart by its first bytes. */
export class SecureAccept {
  readonly #options: SecureAcceptOptions
  readonly #server: Server
  /** What every TLS connection runs over, by both its ports: Node does not tell. */
  readonly #raw = new Map<string, Socket>()
  readonly #undecided = new Undecided()
  readonly #proven = new ProvenConnections()
  readonly #stopListening: () => void
  readonly #sweeper: NodeJS.Timeout

  constructor(options: SecureAcceptOptions) {
    this.#options = options
    this.#server = options.contexts.createServer()
    this.#stopListening = options.contexts.onChange((identity) => {
      this.#proven.trust(identity)
      this.sweep()
    })
    this.#sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref()
    this.#server.on('secureConnection', (socket) => this.#secure(socket))
    this.#server.on('tlsClientError', (_error, socket) => {
      options.counters.brokenHandshakes++
      this.#rawOf(socket)?.destroy()
    })
  }

  /** Takes a connection that was just accepted and from which nothing was read. */
  take(socket: Socket): void {
    const address = socket.remoteAddress ?? ''
    if (this.#undecided.size >= UNDECIDED_MAX) {
      this.#options.counters.refusedBusy++
      const oldest = this.#undecided.oldestOfBusiest()
      if (oldest) this.#refuse(oldest.socket, { address: oldest.address, reason: 'busy' })
    }
    // Its owner has not come yet, and an error that nobody hears would end the process.
    socket.on('error', () => socket.destroy())
    socket.once('close', () => this.#undecided.delete(socket)?.gone())
    const { silence_ms = SILENCE_MS, hello_ms = HELLO_MS } = this.#options
    let bytes: Buffer | undefined
    let timer = setTimeout(() => decide(undefined), silence_ms)
    const stop = (): void => {
      clearTimeout(timer)
      socket.off('data', read).off('end', leave).off('close', stop)
    }
    // It left before it said what it is.
    const leave = (): void => {
      stop()
      socket.destroy()
    }
    const decide = (peeked: Peeked | undefined): void => {
      stop()
      socket.pause()
      if (bytes) socket.unshift(bytes)
      this.#decided(socket, address, peeked, bytes)
    }
    const read = (chunk: Buffer): void => {
      if (!bytes) {
        clearTimeout(timer)
        timer = setTimeout(() => decide(undefined), hello_ms)
      }
      bytes = bytes ? Buffer.concat([bytes, chunk]) : chunk
      const peeked = peek(bytes)
      if (peeked.kind !== 'more') decide(peeked)
    }
    const early = this.#options.arrived?.(() => decide(undefined))
    this.#undecided.add(socket, address, early)
    socket.on('data', read)
    socket.once('end', leave)
    socket.once('close', stop)
  }

  /** Connections that have not said yet what they are. */
  get undecided(): number {
    return this.#undecided.size
  }

  /** Ends connections whose certificate has expired, or whose CA is trusted no more. */
  sweep(): void {
    const { counters, now = Date.now } = this.#options
    counters.ended += this.#proven.sweep(now())
  }

  /** Ends what is not decided; what was handed over is its owner's. */
  close(): void {
    clearInterval(this.#sweeper)
    this.#stopListening()
    for (const socket of this.#undecided.sockets()) socket.destroy()
    this.#options.contexts.forget(this.#server)
  }

  /** @param peeked undefined where time ran out */
  #decided(socket: Socket, address: string, peeked: Peeked | undefined, bytes: Buffer | undefined): void {
    const { counters, contexts } = this.#options
    if (peeked?.kind === 'mesh-tls') {
      if (contexts.identity) this.#handshake(socket)
      else {
        counters.refusedNoIdentity++
        this.#refuse(socket, { address, reason: 'no identity' })
      }
      return
    }
    const strict = this.#options.policyFor(address) === 'strict'
    const foreign = peeked?.kind === 'foreign-tls' || (!peeked && bytes !== undefined)
    const silent = !peeked && bytes === undefined
    // Where calls are decoded nobody waits for the service to speak first: the call comes later.
    const isCall = (silent || peeked?.kind === 'plaintext') && this.#options.answersPlaintext === true
    if (strict && !isCall) {
      if (foreign) counters.refusedForeign++
      else counters.refusedPlaintext++
      this.#refuse(socket, { address, reason: foreign ? 'foreign TLS' : 'plaintext' })
      return
    }
    if (foreign) counters.foreign++
    else if (peeked) counters.plaintext++
    else counters.silent++
    this.#handOver(socket, {
      socket,
      security: peeked?.kind === 'foreign-tls' ? 'tls' : 'plaintext',
      identity: '',
      service: '',
      opaque: !isCall && peeked?.kind !== 'plaintext',
      sni: peeked?.kind === 'foreign-tls' ? peeked.sni : '',
      reset: () => socket.resetAndDestroy(),
    })
  }

  #handshake(socket: Socket): void {
    const key = keyOf(socket)
    this.#raw.set(key, socket)
    socket.once('close', () => this.#raw.delete(key))
    this.#server.emit('connection', socket)
  }

  #secure(socket: TLSSocket): void {
    const { counters, contexts, leaves, policyFor, answersPlaintext } = this.#options
    const raw = this.#rawOf(socket)
    const address = socket.remoteAddress ?? ''
    const { trustDomain } = contexts.identity!
    const peer: PeerIdentity = peerIdentity(socket, trustDomain, leaves)
    if (!peer.proven) counters.faults[peer.fault]++
    if (!peer.proven && !answersPlaintext && policyFor(address) === 'strict') {
      counters.refusedPeer++
      resetTls(socket, raw)
      this.#options.refused({ address, reason: 'peer', peer })
      return
    }
    if (peer.proven) counters.mtls++
    else counters.unproven++
    socket.pause()
    const ending = this.#handOver(raw ?? socket, {
      socket,
      security: peer.proven ? 'mtls' : 'tls',
      identity: peer.proven ? peer.id : '',
      service: peer.proven ? peer.service : '',
      opaque: false,
      sni: '',
      reset: () => resetTls(socket, raw),
    })
    if (ending && peer.proven) this.#proven.add(socket, peer.not_after_ms, ending)
  }

  #handOver(raw: Socket, decided: Omit<Decided, 'early'>): Ending | undefined {
    return this.#options.taken({ ...decided, early: this.#undecided.delete(raw) })
  }

  #refuse(socket: Socket, refused: Refused): void {
    this.#undecided.delete(socket)?.gone()
    socket.resetAndDestroy()
    this.#options.refused(refused)
  }

  #rawOf(socket: TLSSocket): Socket | undefined {
    return this.#raw.get(keyOf(socket))
  }
}

/**
 * TLS cannot be reset, only what it runs over; TLS then closes by itself. Destroying both within one
 * callback of the handshake ends the whole process (Node 24.21).
 */
export function resetTls(socket: TLSSocket, raw: Socket | undefined): void {
  if (raw) raw.resetAndDestroy()
  else socket.destroy()
}

function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`
}
