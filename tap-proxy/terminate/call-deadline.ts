import type { Outcome } from '../../model/call.ts'
import type { Draft } from '../../protocol/draft.ts'
import type { RelayRuntime } from '../relay/runtime.ts'
import type { ExchangeClient } from './exchange-client.ts'
import { CONTINUE } from './local-answer.ts'
import type { Upstream } from './upstream.ts'

/** How long an upstream may leave `Expect: 100-continue` unanswered before the tap answers (Q40). */
const CONTINUE_WAIT_MS = 1000
/** How long a client that closed its sending side waits before the upstream is told the same. */
const HALF_CLOSE_GRACE_MS = 1000

/** What the deadlines of a call go by. */
interface TimedCall {
  readonly client: ExchangeClient
  readonly runtime: RelayRuntime
  readonly upstream: Upstream | undefined
  readonly draft: Draft
  readonly request: { readonly done: boolean }
  readonly answer: { readonly begun: boolean }
  readonly clientEnded: boolean
  expecting: boolean
  persistent: boolean
  /** Bytes of the request when the last deadline passed. */
  progressMark: number
  armRequest(): void
  abandon(flag: string): void
  fail(status: number, flags: string, outcome: Outcome): void
}

/** The deadline that fits the state of the request. */
export function armCall({ client, runtime, request, answer, expecting, clientEnded }: TimedCall): void {
  const { limits } = runtime
  if (expecting) client.arm(CONTINUE_WAIT_MS)
  else if (!request.done) client.arm(limits.body_progress_ms)
  else if (answer.begun) client.arm(0)
  else client.arm(clientEnded ? HALF_CLOSE_GRACE_MS : limits.answer_ms)
}

/** A deadline has passed: what it was for is seen from the state. */
export function passDeadline(call: TimedCall): void {
  const { client, upstream, request, runtime, draft } = call
  if (client.pipe.pendingWrites > 0) {
    runtime.counters.slowReaders++
    call.abandon('DT')
  } else if (call.expecting) {
    runtime.counters.continuesSent++
    call.expecting = false
    client.pipe.write(CONTINUE)
    call.armRequest()
  } else if (!request.done) {
    const blocked = !upstream?.ready || upstream.pipe!.pendingWrites > 0
    const progress = draft.request_bytes - call.progressMark
    call.progressMark = draft.request_bytes
    if (blocked || progress >= runtime.limits.body_progress_bytes) client.arm(runtime.limits.body_progress_ms)
    else {
      call.persistent = false
      call.fail(408, 'DT', 'client_error')
    }
  } else if (call.clientEnded) upstream?.end()
  else if (!call.answer.begun) call.fail(504, 'UT', 'timeout')
}
