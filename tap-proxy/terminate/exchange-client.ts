import type { Protocol } from '../../model/call.ts'
import type { Pipe } from '../../net/pipe.ts'
import type { RelayRuntime } from '../relay/runtime.ts'
import type { Source } from '../relay/source-book.ts'
import type { Upstreams } from './upstreams.ts'

/** The client's connection as a call sees it. */
export interface ExchangeClient {
  readonly pipe: Pipe
  readonly runtime: RelayRuntime
  /** Connections to the service that this client's calls go over. */
  readonly upstreams: Upstreams
  /** Who makes this call. */
  readonly source: Source
  /** Deadline of the connection, milliseconds; 0 for none. */
  arm(ms: number): void
  /** The call is recorded. `keep`: the connection may carry another, else it closes once the client has read. */
  callEnded(keep: boolean): void
  /** The call is recorded, and its service closed the connection without an answer: the client's closes as well. */
  callDropped(): void
  /** The call is recorded and the client must not take what it got for complete. */
  callAborted(): void
  /** The upstream is ready for the body: what was kept of it goes first. */
  continueBody(): void
  /** The upstream agreed to another protocol; its first bytes are `first`. */
  openTunnel(first: Buffer, protocol: Protocol): void
}
