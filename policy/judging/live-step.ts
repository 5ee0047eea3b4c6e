import { catalogueEntry, FEATURES, type Feature, type Side } from '../../model/feature.ts'
import { namesFeature } from '../../model/policy.ts'
import { type Cohort, verdictText } from '../../model/verdict.ts'
import type { JudgedCall, Verdict } from '../feature/feature.ts'
import { cohortSeed, isTreated } from './cohort.ts'
import { actsOnCalls, type Engine, isSplit, type Judge, understands } from './engine.ts'
import { Judging, type Step } from './judging.ts'
import type { States } from './states.ts'

/** Steps of calls that happen now: with mode, cohort and what is written on the record. */

export interface LiveStep extends Step {
  /** Its verdicts are acted on for treated calls. */
  readonly acts: boolean
  /** Calls are split in two cohorts. */
  readonly split: boolean
  readonly seed: number
  /** Texts of calls that pass, if calls are split. */
  readonly treatedPass: string
  readonly controlPass: string
}

/** Steps of live calls, with the places of those that act beyond their verdicts. */
export class LiveJudging extends Judging<LiveStep> {
  readonly begins: readonly number[]
  readonly sends: readonly number[]

  constructor(steps: readonly LiveStep[]) {
    super(steps)
    const placesOf = (hook: 'begin' | 'send') =>
      this.steps.flatMap(({ acts, judge }, place) =>
        acts && judge.module.acts?.[hook] !== undefined ? [place] : [],
      )
    this.begins = placesOf('begin')
    this.sends = placesOf('send')
  }
}

const passText = (feature: Feature, cohort: Cohort) =>
  verdictText({ feature, decision: 'pass', acted: false, rule: '', cohort })

/** Whether a tap on that side judges a feature; a caller's tap may judge a feature of the service, without acting. */
export function isJudgedAt(feature: Feature, side: Side): boolean {
  const { side: own, callerTap } = catalogueEntry(feature)
  return own === side || callerTap === 'judge'
}

/** Whether a tap on that side has to act on calls for a judge. */
export function actsAt(judge: Judge, side: Side): boolean {
  return catalogueEntry(judge.feature).side === side && actsOnCalls(judge)
}

/** Features that a relay judges by itself for services that do not name them. */
const UNNAMED = FEATURES.filter((feature) => catalogueEntry(feature).unnamed !== undefined)

/** The service says what holds in place of what a relay does by itself, if only that it is disabled. */
export function replacesDefault(engine: Engine, destination: string): boolean {
  const service = engine.policy.services.get(destination)
  return service !== undefined && UNNAMED.some((feature) => namesFeature(service, feature))
}

function stepOf(judge: Judge, state: unknown, service: string, side: Side): LiveStep {
  const { feature } = judge
  return {
    judge,
    state,
    acts: actsAt(judge, side),
    split: isSplit(judge),
    seed: cohortSeed(service, feature),
    treatedPass: passText(feature, 'treated'),
    controlPass: passText(feature, 'control'),
  }
}

/**
 * Who judges calls like this one at a tap on that side; without a step nobody does, not even the relay.
 * @returns undefined if the policy says nothing of such calls: the relay does what it does without a policy
 */
export function judgingFor(
  engine: Engine,
  side: Side,
  call: JudgedCall,
  states: States,
): LiveJudging | undefined {
  const { source, destination } = call
  const judges = engine
    .judgesFor(destination, source)
    .filter((judge) => isJudgedAt(judge.feature, side) && understands(judge, call))
  if (judges.every(({ byDefault }) => byDefault) && !replacesDefault(engine, destination)) return undefined
  const steps = judges.flatMap((judge) => {
    const found = states.of(judge, call)
    return found ? [stepOf(judge, found.state, destination, side)] : []
  })
  return new LiveJudging(steps)
}

/** One bit for each step that treats the call of this trace. @param ids begins with 32 hex digits as ASCII */
export function treatedBy({ steps }: LiveJudging, ids: Uint8Array): number {
  let treated = 0
  for (let place = 0; place < steps.length; place++) {
    const { split, seed, judge } = steps[place]!
    if (!split || isTreated(seed, ids, judge.percent)) treated |= 1 << place
  }
  return treated
}

/** Text of a verdict for the call's record; undefined if there is nothing to be said. */
export function stepText(
  { judge, split, treatedPass, controlPass }: LiveStep,
  { decision, rule }: Verdict,
  treated: boolean,
  acted: boolean,
): string | undefined {
  if (decision === 'pass') return split ? (treated ? treatedPass : controlPass) : undefined
  const cohort: Cohort | undefined = split ? (treated ? 'treated' : 'control') : undefined
  return verdictText({ feature: judge.feature, decision, acted, rule, cohort })
}
