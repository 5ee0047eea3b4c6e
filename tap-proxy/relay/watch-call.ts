import type { Endpoint } from '../../net/endpoint.ts'
import type { Pipe } from '../../net/pipe.ts'
import type { OpenCall } from '../../protocol/open-call.ts'
import type { RequestView } from '../../protocol/protocol.ts'
import type { Caller } from './caller.ts'
import type { RelayRuntime } from './runtime.ts'

const NO_FIELDS: readonly string[] = []

/** A call began: who makes it is found out, and features that are rehearsed judge it. */
export function watchCall(
  call: OpenCall,
  request: RequestView | undefined,
  runtime: RelayRuntime,
  caller: Caller,
  pipe: Pipe,
  target: Endpoint | undefined,
): void {
  const name = request?.caller()
  if (request && name) {
    if (runtime.settings.kind === 'inbound') caller.named(request.source, name, runtime, pipe)
    else call.draft.fromTap = true
  }
  const source = caller.source(runtime, pipe)
  call.caller = source
  const { gate } = runtime.door
  if (gate?.watch === undefined) return
  try {
    call.watch = gate.watch({
      draft: call.draft,
      protocol: call.protocol,
      source,
      destination: undefined,
      target,
      ts: runtime.clock.wall_us(call.startedAt),
      fields: (name) => request?.fields(name) ?? NO_FIELDS,
    })
  } catch (error) {
    // A fault of a feature's code costs its verdict, never the call.
    runtime.counters.fault(error)
  }
}
