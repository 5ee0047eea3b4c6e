import type { Feature } from '../../model/flag.ts'
import { compilePolicy, type Judge } from '../../policy/feature/engine.ts'
import type { JudgedCall, Verdict } from '../../policy/feature/feature.ts'
import { policyOf } from './policy.ts'
import { record } from './record.ts'

/** One feature of a policy for `cart`, and a hand to run calls through it. */
export function judgeOf(feature: Feature, settings: string): Judge {
  const line = settings.replaceAll('\n', ' ')
  const engine = compilePolicy(policyOf(`  cart: { ${feature}: { mode: dry-run, ${line} } }\n`))
  return engine.judgesFor('cart', 'web-api').find((judge) => judge.feature === feature)!
}

export const call = (change: Partial<JudgedCall> = {}): JudgedCall => record(change)

/** Verdict on a call that stands alone. */
export function verdictOn(judge: Judge, change: Partial<JudgedCall> = {}): Verdict {
  const one = call(change)
  return judge.decide(judge.createState(), one, one.ts)
}

/** `decision rule` in short. */
export const short = ({ decision, rule }: Verdict): string => `${decision} ${rule}`.trim()
