import { constants } from 'node:crypto'
import {
  createSecureContext,
  createServer,
  type SecureContext,
  type SecureContextOptions,
  type Server,
  type TlsOptions,
} from 'node:tls'
import { MESH_PROTOCOL } from '../../model/identity.ts'
import type { Identity, IdentitySource } from './identity.ts'

/** A handshake between taps takes milliseconds. */
const HANDSHAKE_MS = 10_000

function optionsOf({ key, chain, bundle }: Identity): SecureContextOptions {
  return {
    key,
    cert: chain,
    ca: bundle,
    minVersion: 'TLSv1.3',
    // A resumed session shows no certificate: it would outlive its expiry and the removal of its CA.
    secureOptions: constants.SSL_OP_NO_TICKET,
  }
}

/**
 * TLS as taps speak it among themselves, always with the newest identity. A change replaces what new
 * connections get; connections that are open live on.
 */
export class SecureContexts {
  readonly #servers = new Set<Server>()
  #stopListening = (): void => {}
  /** Rises with every identity: what was made under an earlier one is told by it. */
  generation = 0
  readonly #listeners = new Set<(identity: Identity) => void>()
  #identity: Identity | undefined
  #client: SecureContext | undefined

  /** Takes identities from a source from now on. */
  follow(source: IdentitySource): void {
    this.#stopListening()
    this.#stopListening = source.onChange((identity) => this.#take(identity))
  }

  get identity(): Identity | undefined {
    return this.#identity
  }

  /** For tls.connect; undefined while there is no identity. */
  get client(): SecureContext | undefined {
    return this.#client
  }

  /**
   * A server that never listens: connections come by `emit('connection')`, the one way in which Node
   * checks the client's certificate. It has no SNICallback, which clients without a name pass by; what
   * holds is its default context, which `setSecureContext` replaces.
   */
  createServer(): Server {
    const options: TlsOptions = {
      ...(this.#identity ? optionsOf(this.#identity) : {}),
      requestCert: true,
      // Checked in peer-identity.ts: here the reason would be lost.
      rejectUnauthorized: false,
      ALPNProtocols: [MESH_PROTOCOL],
      handshakeTimeout: HANDSHAKE_MS,
    }
    const server = createServer(options)
    this.#servers.add(server)
    return server
  }

  forget(server: Server): void {
    this.#servers.delete(server)
  }

  close(): void {
    this.#stopListening()
    this.#servers.clear()
  }

  #take(identity: Identity): void {
    const options = optionsOf(identity)
    this.#client = createSecureContext(options)
    for (const server of this.#servers) server.setSecureContext(options)
    this.#identity = identity
    this.generation++
    for (const listener of this.#listeners) listener(identity)
  }

  /** Told of every identity from now on, and of the present one at once. @returns how to stop listening */
  onChange(listener: (identity: Identity) => void): () => void {
    this.#listeners.add(listener)
    if (this.#identity) listener(this.#identity)
    return () => this.#listeners.delete(listener)
  }
}
