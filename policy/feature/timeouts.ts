import type { Settings } from '../../model/policy.ts'
import { callerScope, type FeatureCode, isStream, PASS, type Verdict, verdict } from './feature.ts'

/** Timeouts by the names of GEP-1742: `request` for the whole call, `backendRequest` for one attempt. */

interface Compiled {
  request_us: number
  backend_us: number
  request: Verdict
  backend: Verdict
}

const length = (us: number) => (us < 1_000_000 ? `${us / 1000} ms` : `${us / 1_000_000} s`)

export const timeouts: FeatureCode<'timeouts', Compiled, undefined> = {
  moment: 'end',
  compile({ request, backendRequest }: Settings<'timeouts'>) {
    return {
      request_us: request ?? Number.POSITIVE_INFINITY,
      backend_us: backendRequest ?? Number.POSITIVE_INFINITY,
      request: verdict('cut', 'request', `took longer than ${length(request ?? 0)}`),
      backend: verdict('cut', 'backendRequest', `no answer began within ${length(backendRequest ?? 0)}`),
    }
  },
  scopeOf: callerScope,
  createState: () => undefined,
  decide(compiled, _state, call) {
    if (isStream(call)) return PASS
    if (call.duration_us > compiled.request_us) return compiled.request
    // Without a first byte the wait lasted as long as the call did.
    const waited_us = call.ttfb_us > 0 ? call.ttfb_us : call.duration_us
    return waited_us > compiled.backend_us ? compiled.backend : PASS
  },
  ended() {},
}
