import type { AllowList } from '../../net/allow.ts'
import type { RelayClock } from '../../net/clock.ts'
import type { Destination } from '../../net/destination.ts'
import type { SecureUpstream } from '../../net/secure.ts'
import type { TimerWheel } from '../../net/timer-wheel.ts'
import type { Transport } from '../../net/transport.ts'
import type { CallSink } from '../../protocol/call-draft.ts'
import type { TraceSettings } from '../../protocol/protocol.ts'
import type { TraceIds } from '../../wire/trace-ids.ts'
import type { Limits, ListenerSettings } from '../settings.ts'
import type { RelayCounters } from './counters.ts'
import type { Findings } from './findings.ts'
import type { SourceBook } from './source-book.ts'
import type { GateDoor } from './ward.ts'

/** What a listener's connections work with; a reload swaps the whole object, so a call sees one version. */
export interface RelayRuntime {
  readonly settings: ListenerSettings
  readonly limits: Limits
  readonly destination: Destination
  readonly allow: AllowList | undefined
  readonly book: SourceBook
  readonly transport: Transport
  /** The tap at the other end, if calls go to it over mutual TLS now; absent where they never do. */
  readonly secureTo: (() => SecureUpstream | undefined) | undefined
  /** How the passive path marks calls. */
  readonly trace: TraceSettings
  readonly findings: Findings
  readonly sink: CallSink
  readonly door: GateDoor
  readonly counters: RelayCounters
  readonly clock: RelayClock
  readonly wheel: TimerWheel
  readonly ids: TraceIds
  /** Own service's name as it stands in tracestate. */
  readonly stateName: Uint8Array
  /** Own service's name as it stands in the record of an outbound call. */
  readonly service: string
  /** Host field for a request of HTTP/1.0 that has none. */
  readonly hostName: Buffer
  /** Service known for a caller's address, by configuration. */
  readonly callerOf: (address: string) => string | undefined
  /** Own SPIFFE ID where calls go to the destination over mutual TLS now, else empty; undefined where they never do. */
  readonly upstreamIdentity: (() => string) | undefined
  /** True once the listener drains: every answer closes its connection. */
  draining: boolean
}
