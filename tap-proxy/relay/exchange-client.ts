import type { Pipe } from '../../net/pipe.ts'
import type { RelayRuntime } from './runtime.ts'
import type { Source } from './source-book.ts'

/** The client's connection as a call sees it. */
export interface ExchangeClient {
  readonly pipe: Pipe
  readonly runtime: RelayRuntime
  /** Who makes this call. */
  readonly source: Source
  /** Deadline of the connection, milliseconds; 0 for none. */
  arm(ms: number): void
  /** The call is recorded. `keep`: the connection may carry another, else it closes once the client has read. */
  callEnded(keep: boolean): void
  /** The call is recorded and the client must not take what it got for complete. */
  callAborted(): void
  /** The upstream is ready for the body: what was kept of it goes first. */
  continueBody(): void
  /** The upstream agreed to another protocol; its first bytes are `first`. */
  openTunnel(first: Buffer): void
}
