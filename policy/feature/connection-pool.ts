import type { Settings } from '../../model/policy.ts'
import { callerScope, type FeatureModule, HTTP, PASS, type Verdict, verdict } from './feature.ts'

/** A bounded pool of connections: HTTP/1.1 carries one call at a time on each (RFC 9112 section 9.3). */

interface Compiled {
  connections: number
  /** Calls under way and waiting together. */
  calls: number
  queue: Verdict<'queue'>
  shed: Verdict<'shed'>
}

interface State {
  in_flight: number
}

export const connectionPool: FeatureModule<'connectionPool', Compiled, State> = {
  moment: 'admit',
  protocols: HTTP,
  stateless: false,
  columns: [],
  refuses: { status: 503, flag: 'UO' },
  acts: {
    act(_verdict, _compiled, state, control) {
      control.waitInLine(state)
      return true
    },
  },
  compile({ maxConnections, http1MaxPendingRequests }: Settings<'connectionPool'>) {
    return {
      connections: maxConnections,
      calls: maxConnections + http1MaxPendingRequests,
      queue: verdict('queue', 'maxConnections', `all ${maxConnections} connections were busy`),
      shed: verdict('shed', 'http1MaxPendingRequests', `${http1MaxPendingRequests} calls waited already`),
    }
  },
  scopeOf: callerScope,
  createState: () => ({ in_flight: 0 }),
  decide(compiled, state) {
    if (state.in_flight >= compiled.calls) return compiled.shed
    state.in_flight += 1
    return state.in_flight > compiled.connections ? compiled.queue : PASS
  },
  ended(_compiled, state) {
    state.in_flight -= 1
  },
}
