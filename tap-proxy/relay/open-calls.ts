import type { Endpoint } from '../../net/endpoint.ts'
import { OpenCall } from '../../protocol/open-call.ts'
import type { RelayRuntime } from './runtime.ts'
import type { Source } from './source-book.ts'
import type { Watch } from './ward.ts'

/** Calls that are over and wait to be used again. */
const KEPT_MAX = 1024
const kept: OpenCall[] = []

export function takeCall(): OpenCall {
  return kept.pop() ?? new OpenCall()
}

export function giveCall(call: OpenCall): void {
  if (kept.length < KEPT_MAX) kept.push(call)
}

/** Gives the one record of a call to the sink. @param at_us when it ended, if its answer has no end of its own */
export function recordCall(
  call: OpenCall,
  at_us: number,
  runtime: RelayRuntime,
  target: Endpoint | undefined,
): void {
  const { draft } = call
  const ended_us = call.endedAt >= 0 ? call.endedAt : at_us
  draft.ts = runtime.clock.wall_us(call.startedAt)
  draft.duration_us = Math.max(0, Math.round(ended_us - call.startedAt))
  draft.tap_us = Math.max(0, Math.round(call.tap_us))
  draft.parties = runtime.book.parties(
    call.caller as Source,
    target?.label ?? '',
    call.protocol,
    undefined,
    target?.zone,
  )
  try {
    const watch = call.watch as Watch | undefined
    if (watch) watch.ended(draft, runtime.clock.wall_us(ended_us))
    else if (draft.finding !== '') draft.verdicts = runtime.findings.verdictsOf(draft.finding)
    runtime.sink.call(draft)
  } catch (error) {
    // Telemetry never costs a call.
    runtime.counters.fault(error)
  }
}
