import type { Endpoint } from '../../net/endpoint.ts'
import type { Pipe, PipeOwner, ReadArea } from '../../net/pipe.ts'
import type { SecurePeer } from '../../net/secure.ts'
import type { RelayRuntime } from './runtime.ts'

/** One accepted connection, relayed as it is (Passthrough) or terminated (Client). */
export interface ListenerConnection extends PipeOwner {
  readonly pipe: Pipe
  /** The connection was just accepted. */
  begin(pipe: Pipe): void
  /**
   * Goes on with a client between two calls, with the bytes that just came.
   * @returns where the client is read to next
   */
  takeOver(pipe: Pipe, area: ReadArea, length: number): ReadArea | undefined
  /** The listener drains: closes a connection without a call, if nothing came for that long. */
  drain(idle_ms: number): void
  /** The grace is over: everything ends now. */
  shutdown(): void
}

/** What a connection needs of its listener. */
export interface ConnectionHome {
  /** Changes with a reload; a call keeps the one it began with. */
  readonly runtime: RelayRuntime
  /** HTTP is terminated on new calls, because a feature that has to act on them is enforced here. */
  readonly terminates: boolean
  /**
   * A connection to the service is being made: `inLoop` is called if it arrives at this very listener.
   * @returns what forgets it
   */
  reaching(service: Pipe, endpoint: Endpoint, inLoop: () => void): () => void
  /** Gives the client to a connection of the kind that its next call needs. */
  handOver(from: ListenerConnection, peer: SecurePeer, area: ReadArea, length: number): ReadArea | undefined
  forget(connection: ListenerConnection): void
}
