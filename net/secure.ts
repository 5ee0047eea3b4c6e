import type { Socket } from 'node:net'
import type { Security } from '../model/call.ts'
import type { Pipe, PipeOwner } from './pipe.ts'

/**
 * What the relay knows of TLS between taps (tap-proxy/identity/): connections that are told apart at
 * their beginning, and connections to other taps. A tap without an identity has none of it.
 */

/** Who is at the other end of an accepted connection. */
export interface SecurePeer {
  readonly security: Security
  /** SPIFFE ID that was proven, or empty. */
  readonly identity: string
  /** The service it stands for. */
  readonly service: string
  /** Bytes to be relayed without a look at them. */
  readonly opaque: boolean
  /** The name that the application's own TLS asks for, or empty. */
  readonly sni: string
}

export const PLAIN_PEER: SecurePeer = {
  security: 'plaintext',
  identity: '',
  service: '',
  opaque: false,
  sni: '',
}

/** What a policy says of mutual TLS, by caller. */
export interface MtlsRule {
  /** Between this service and that caller; `none` where nothing is enforced. */
  policyFor(caller: string): 'none' | 'permissive' | 'strict'
}

/** Takes accepted connections from which nothing was read. */
export interface SecureDoor {
  take(socket: Socket): void
  /** Ends what is not decided yet. */
  close(): void
}

export interface SecureDoorOwner {
  /** Asked for each connection: only proven peers where true. @param address of the peer */
  isStrict(address: string): boolean
  /** Plaintext is handed over even then, since the policy answers each call in it. */
  readonly answersPlaintext: boolean
  /**
   * A connection came; what it is, its first bytes will tell, or those of the service.
   * @param serviceSpoke to be called if the service speaks first
   */
  arrived(serviceSpoke: () => void): ArrivedConnection | undefined
  /**
   * @param reset ends it so that the peer cannot take what came for complete
   * @param arrived what `arrived` returned for it
   * @returns how to end it once what the peer proved is no longer valid; undefined if it was refused
   */
  taken(
    socket: Socket,
    reset: () => void,
    peer: SecurePeer,
    arrived: ArrivedConnection | undefined,
  ): { drain(): void; cut(): void } | undefined
}

/** What an owner begins for a connection before it is known what it is. */
export interface ArrivedConnection {
  /** It left, or was refused. */
  gone(): void
}

export interface SecureTransport {
  /** Own SPIFFE ID; empty while there is no certificate. */
  readonly ownId: string
  /** Rises when the certificate or the bundle changes: connections made before are not used for new calls. */
  readonly generation: number
  accept(owner: SecureDoorOwner): SecureDoor
  /** As `connectPipe`, to another tap of `service`; the code is TAPMESH_PEER_REFUSED where it is not. */
  connect(
    host: string,
    port: number,
    service: string,
    owner: PipeOwner,
    connected: (pipe: Pipe | undefined, code: string) => void,
  ): Pipe
}

/** The tap at the other end of connections to a service. */
export interface SecureUpstream {
  readonly transport: SecureTransport
  readonly service: string
}
