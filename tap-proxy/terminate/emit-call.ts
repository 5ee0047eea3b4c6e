import type { Outcome, Protocol } from '../../model/call.ts'
import type { Endpoint } from '../../net/endpoint.ts'
import type { Draft } from '../../protocol/draft.ts'
import { statusText } from '../../protocol/status-text.ts'
import type { RelayRuntime } from '../relay/runtime.ts'
import type { ExchangeClient } from './exchange-client.ts'

/** What is known of a call, or of one attempt of it, when it is over. */
export interface EndedCall {
  readonly draft: Draft
  readonly runtime: RelayRuntime
  readonly client: ExchangeClient
  readonly target: Endpoint | undefined
  readonly destination: string | undefined
  readonly startedAt: number
  readonly endedAt: number
  /** Start of a piece of work that still goes on; below 0 where none does. */
  readonly enteredAt: number
}

/** Gives one record to the sink. */
export function emitCall(
  { draft, runtime, client, target, destination, startedAt, endedAt, enteredAt }: EndedCall,
  status: number,
  flags: string,
  outcome: Outcome,
  protocol: Protocol = 'http',
): void {
  const now = runtime.clock.mono_us()
  draft.ts = runtime.clock.wall_us(startedAt)
  draft.duration_us = Math.max(0, Math.round((endedAt > 0 ? endedAt : now) - startedAt))
  if (enteredAt >= 0) draft.tap_us += now - enteredAt
  draft.tap_us = Math.max(0, Math.round(draft.tap_us))
  draft.status = statusText(status)
  draft.response_flags = flags
  draft.outcome = outcome
  draft.parties = runtime.book.parties(
    client.source,
    target?.label ?? '',
    protocol,
    destination,
    target?.zone,
  )
  try {
    runtime.sink.call(draft)
  } catch (error) {
    // Telemetry never costs a call.
    runtime.counters.fault(error)
  }
}
