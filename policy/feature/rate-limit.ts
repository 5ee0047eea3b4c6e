import { OTHER } from '../../model/call.ts'
import type { Settings } from '../../model/policy.ts'
import { type FeatureModule, HTTP, PASS, type SettingsFault, type Verdict, verdict } from './feature.ts'
import { createBucket, hasToken, type TokenBucket } from './token-bucket.ts'

/** Calls past a rate are shed: of all callers together, and of each alone. One state for each endpoint. */

/** Callers with a bucket of their own; those past it share one. */
export const CALLERS_MAX = 10_000

interface Compiled {
  perSecond: number
  burst: number
  /** 0 where single callers have no limit. */
  callerPerSecond: number
  callerBurst: number
  total: Verdict<'shed'>
  perCaller: Verdict<'shed'>
}

interface State {
  all: TokenBucket
  callers: Map<string, TokenBucket>
}

/** A burst below one call would let nothing through. */
const burstOf = (burst: number | undefined, perSecond: number) => burst ?? Math.max(1, perSecond)

function bucketOf({ callers }: State, source: string): TokenBucket {
  const known = callers.get(source)
  if (known) return known
  const key = callers.size >= CALLERS_MAX ? OTHER : source
  const bucket = callers.get(key) ?? createBucket()
  callers.set(key, bucket)
  return bucket
}

function burstAlone(settings: Settings<'rateLimit'>): SettingsFault[] {
  if (settings['perCaller.burst'] === undefined || settings['perCaller.requestsPerSecond'] !== undefined) {
    return []
  }
  const hint = 'Add perCaller.requestsPerSecond.'
  return [{ name: 'perCaller.burst', message: 'a burst without a rate', hint }]
}

export const rateLimit: FeatureModule<'rateLimit', Compiled, State> = {
  moment: 'request',
  protocols: HTTP,
  stateless: false,
  columns: ['destination_instance'],
  refuses: { status: 429, flag: 'RL' },
  check: burstAlone,
  compile(settings: Settings<'rateLimit'>) {
    const perSecond = settings.requestsPerSecond
    const callerPerSecond = settings['perCaller.requestsPerSecond'] ?? 0
    return {
      perSecond,
      burst: burstOf(settings.burst, perSecond),
      callerPerSecond,
      callerBurst: burstOf(settings['perCaller.burst'], callerPerSecond),
      total: verdict('shed', 'requestsPerSecond', `above ${perSecond} calls a second at this endpoint`),
      perCaller: verdict(
        'shed',
        'perCaller.requestsPerSecond',
        `above ${callerPerSecond} calls a second of this caller at this endpoint`,
      ),
    }
  },
  scopeOf: (call) => `${call.destination}\x1f${call.destination_instance}`,
  createState: () => ({ all: createBucket(), callers: new Map() }),
  decide(compiled, state, call, now_us) {
    // A call that one of the two sheds takes no token of the other.
    const own = compiled.callerPerSecond > 0 ? bucketOf(state, call.source) : undefined
    if (own && !hasToken(own, now_us, compiled.callerPerSecond, compiled.callerBurst)) {
      return compiled.perCaller
    }
    if (!hasToken(state.all, now_us, compiled.perSecond, compiled.burst)) return compiled.total
    state.all.tokens -= 1
    if (own) own.tokens -= 1
    return PASS
  },
  ended() {},
}
