import type { Settings } from '../../model/policy.ts'
import {
  callerScope,
  type FeatureModule,
  isStream,
  PASS,
  type SettingsFault,
  type Verdict,
  verdict,
} from './feature.ts'

/** Timeouts by the names of GEP-1742: `request` for the whole call, `backendRequest` for one attempt. */

/** Time that is left, for services that look at it and for taps further on. */
const DEADLINE = 'x-tapmesh-deadline-ms'

interface Compiled {
  request_us: number
  backend_us: number
  idle_us: number | undefined
  request: Verdict<'cut'>
  backend: Verdict<'cut'>
}

const CUT = {
  request: verdict('cut', 'request', 'the call with all its attempts took too long'),
  backendRequest: verdict('cut', 'backendRequest', 'no answer began in time'),
  /** Says nothing about the service: another caller would have waited. */
  deadline: verdict('cut', 'deadline', 'the time that its caller gave it was up'),
}

const length = (us: number) => (us < 1_000_000 ? `${us / 1000} ms` : `${us / 1_000_000} s`)

function check({ request, backendRequest, idle }: Settings<'timeouts'>): SettingsFault[] {
  if (request === undefined && backendRequest === undefined && idle === undefined) {
    const hint = 'Add request: 2s, or backendRequest: 800ms.'
    return [{ name: 'mode', message: 'a timeout without a time', hint }]
  }
  if (request === undefined || backendRequest === undefined || backendRequest <= request) return []
  const message = 'longer than request, which ends every attempt'
  return [{ name: 'backendRequest', message, hint: 'Make it shorter than request.' }]
}

export const timeouts: FeatureModule<'timeouts', Compiled, undefined> = {
  moment: 'end',
  protocols: ['http'],
  sparesStreams: true,
  stateless: true,
  columns: ['status'],
  bounds: ({ request, backendRequest }) => ({
    duration_us: [request, backendRequest],
    ttfb_us: backendRequest === undefined ? [] : [0, backendRequest],
  }),
  acts: {
    begin({ request_us, idle_us }, call, control) {
      if (idle_us !== undefined) control.limitSilence(idle_us)
      if (request_us === Number.POSITIVE_INFINITY) return
      const given_us = Number(call.hopField?.(DEADLINE)) * 1000
      const isShorter = given_us > 0 && given_us < request_us
      if (isShorter) control.cutAfter(given_us, 'end', CUT.deadline, 'caller')
      else control.cutAfter(request_us, 'end', CUT.request)
    },
    send({ backend_us }, _call, control) {
      if (backend_us !== Number.POSITIVE_INFINITY) {
        control.cutAfter(backend_us, 'answer', CUT.backendRequest)
      }
      const { left_us } = control
      if (left_us === Number.POSITIVE_INFINITY) return
      control.setHeader(DEADLINE, String(Math.max(1, Math.floor(left_us / 1000))))
    },
  },
  check,
  compile({ request, backendRequest, idle }: Settings<'timeouts'>) {
    return {
      request_us: request ?? Number.POSITIVE_INFINITY,
      backend_us: backendRequest ?? Number.POSITIVE_INFINITY,
      idle_us: idle,
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
