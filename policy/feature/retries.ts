import { isFailed } from '../../model/outcome.ts'
import type { Settings } from '../../model/policy.ts'
import { callerScope, type FeatureModule, isStream, type JudgedCall, PASS, verdict } from './feature.ts'
import { createBudget, deposit, type RetryBudget, withdraw } from './retry-budget.ts'

/** Which failed calls are sent again. Settings are GEP-1731's, the budget GEP-3388's. */

/** Number of the attempt, for taps further on. */
const ATTEMPT = 'x-tapmesh-attempt'

interface Compiled {
  codes: ReadonlySet<string>
  methods: ReadonlySet<string>
  attempts: number
  bufferBytes: number
  backoff_us: number
  share: number
  interval_us: number
  /** Retries always allowed within an interval. */
  reserve: number
}

const RETRY = {
  refused: verdict('retry', 'refused', 'the connection failed before a byte was sent'),
  codes: verdict('retry', 'codes', 'a status that is listed, and a method that may be repeated'),
  reset: verdict('retry', 'reset', 'the connection broke, and the method may be repeated'),
}
const LEFT = {
  attempt: verdict('no_retry', 'attempt', 'it was the last attempt, or a retry of somebody else'),
  buffer: verdict('no_retry', 'bufferBytes', 'the request is larger than what is kept'),
  budget: verdict('no_retry', 'budget', 'the budget was spent'),
  methods: verdict('no_retry', 'methods', 'the method is not listed as one that may be repeated'),
  codes: verdict('no_retry', 'codes', 'the status is not listed'),
  timeout: verdict('no_retry', 'timeout', 'the time was up; another attempt has none left'),
  unfinished: verdict('no_retry', 'unfinished', 'the caller left, or the answer had begun'),
  incomplete: verdict('no_retry', 'unfinished', 'the request was not complete, or no time was left'),
  denied: verdict('no_retry', 'denied', 'a policy of another tap refused it'),
  nested: verdict('no_retry', 'attempt', 'it is a retry of another tap already'),
}

/** Flags of a connection that broke before the answer (Envoy's codes, model/call.ts). */
const BROKEN = /\b(?:UC|UR)\b/
const REFUSED = /\b(?:UF|UH)\b/

/** Whether the failure itself allows another attempt, the budget aside. */
function considered(compiled: Compiled, call: JudgedCall) {
  if (call.attempt > compiled.attempts) return LEFT.attempt
  if (REFUSED.test(call.response_flags)) {
    return call.request_bytes > compiled.bufferBytes ? LEFT.buffer : RETRY.refused
  }
  if (call.outcome === 'timeout') return LEFT.timeout
  if (call.outcome === 'unfinished') return LEFT.unfinished
  const broken = call.outcome === 'reset' || BROKEN.test(call.response_flags)
  if (broken && call.ttfb_us > 0) return LEFT.unfinished
  if (!broken && !compiled.codes.has(call.status)) return LEFT.codes
  if (!compiled.methods.has(call.method)) return LEFT.methods
  if (call.request_bytes > compiled.bufferBytes) return LEFT.buffer
  return broken ? RETRY.reset : RETRY.codes
}

/** It is the second or later attempt of another tap, which would be multiplied here. */
function isNested(call: JudgedCall): boolean {
  return call.attempt === 1 && Number(call.hopField?.(ATTEMPT)) > 1
}

export const retries: FeatureModule<'retries', Compiled, RetryBudget> = {
  moment: 'answer',
  protocols: ['http'],
  sparesStreams: true,
  stateless: false,
  columns: ['status', 'response_flags', 'attempt'],
  hopFields: [ATTEMPT],
  bounds: ({ bufferBytes }) => ({ ttfb_us: [0], request_bytes: [bufferBytes] }),
  figures: { again: ({ attempts, backoff_us }) => ({ attempts, backoff_us }) },
  acts: {
    begin: ({ bufferBytes }, _call, control) => control.keepBody(bufferBytes),
    act({ decision, rule }, { backoff_us }, _budget, control) {
      if (decision === 'retry') return control.sendAgain(backoff_us) || LEFT.incomplete
      if (rule === LEFT.budget.rule) control.addFlag('URX')
      return false
    },
  },
  compile(settings: Settings<'retries'>) {
    const interval_us = settings['budget.interval']
    const floor = settings['budget.minRetryRate.count'] / settings['budget.minRetryRate.interval']
    return {
      codes: new Set(settings.codes.map(String)),
      methods: new Set(settings.methods),
      attempts: settings.attempts,
      bufferBytes: settings.bufferBytes,
      backoff_us: settings.backoff,
      share: settings['budget.percent'] / 100,
      interval_us,
      reserve: floor * interval_us,
    }
  },
  scopeOf: callerScope,
  createState: createBudget,
  decide(compiled, budget, call, now_us) {
    if (isStream(call)) return PASS
    // Neither is this tap's own failure to repeat, so neither counts for the budget.
    if (call.refusedBeyond === true) return LEFT.denied
    if (isFailed(call.outcome) && isNested(call)) return LEFT.nested
    deposit(budget, now_us, compiled.interval_us, compiled.share)
    if (!isFailed(call.outcome)) return PASS
    const found = considered(compiled, call)
    if (found.decision !== 'retry') return found
    return withdraw(budget, now_us, compiled.interval_us, compiled.reserve) ? found : LEFT.budget
  },
  ended() {},
}
