import type { CallRecord } from '../../model/call.ts'
import type { Feature } from '../../model/feature.ts'
import type { JudgedCall, Verdict } from '../../policy/feature/feature.ts'
import { compilePolicy, type Judge } from '../../policy/judging/engine.ts'
import { policyOf } from './policy.ts'
import { record } from './record.ts'

/** One feature of a policy for `cart`, and a hand to run calls through it. */
export function judgeOf(feature: Feature, settings: string): Judge {
  const line = settings.replaceAll('\n', ' ')
  const engine = compilePolicy(policyOf(`  cart: { ${feature}: { mode: dry-run, ${line} } }\n`))
  return engine.judgesFor('cart', 'web-api').find((judge) => judge.feature === feature)!
}

export const call = ({ finding = '', ...change }: Partial<JudgedCall> = {}): JudgedCall => ({
  ...record(change as Partial<CallRecord>),
  finding,
})

/** Verdict on a call that stands alone. */
export function verdictOn(judge: Judge, change: Partial<JudgedCall> = {}): Verdict {
  const one = call(change)
  return judge.decide(judge.module.createState(), one, one.ts)
}

/** `decision rule` in short. */
export const short = ({ decision, rule }: Verdict): string => `${decision} ${rule}`.trim()
