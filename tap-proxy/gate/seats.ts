import type { Feature } from '../../model/flag.ts'
import { FLAGS, type Side } from '../../model/flag.ts'
import { type Settings, settingsFor } from '../../model/policy.ts'
import { type CallVerdict, verdictText } from '../../model/verdict.ts'
import { cohortSeed } from '../../policy/feature/cohort.ts'
import type { Engine, Judge } from '../../policy/feature/engine.ts'
import type { JudgedCall } from '../../policy/feature/feature.ts'

/** Who judges the calls of one pair of services at this tap, in the order in which they are asked. */

export interface Seat {
  readonly judge: Judge
  readonly state: unknown
  readonly enforced: boolean
  /** Calls are split in two cohorts. */
  readonly split: boolean
  readonly seed: number
  /** Said of calls that pass, where they are split. */
  readonly treatedPass: string
  readonly controlPass: string
}

export interface Seats {
  readonly revision: string
  readonly starts: readonly Seat[]
  readonly ends: readonly Seat[]
  readonly timeouts: Settings<'timeouts'> | undefined
  readonly retries: Settings<'retries'> | undefined
}

/** First who may come in, then where it goes, then whether there is room. */
const ORDER: readonly Feature[] = [
  'mtls',
  'authorization',
  'rateLimit',
  'failover',
  'outlierDetection',
  'loadBalancer',
  'connectionPool',
  'timeouts',
  'retries',
]

/** States kept by a tap: one for each feature and scope. Features of what comes past it are not judged. */
const STATES_MAX = 20_000

/** Budgets, buckets and breakers; they outlive a change of the policy, since none depends on settings. */
export class SeatStates {
  readonly #states = new Map<string, unknown>()
  /** Scopes that found no room. */
  refused = 0

  of(judge: Judge, call: JudgedCall): { state: unknown } | undefined {
    const key = `${judge.feature}\x1f${judge.scopeOf(call)}`
    if (!this.#states.has(key)) {
      if (this.#states.size >= STATES_MAX) {
        this.refused++
        return undefined
      }
      this.#states.set(key, judge.createState())
    }
    return { state: this.#states.get(key) }
  }
}

const passText = (feature: Feature, cohort: CallVerdict['cohort']) =>
  verdictText({ feature, decision: 'pass', acted: false, rule: '', cohort })

function seatOf(judge: Judge, state: unknown, service: string): Seat {
  const { feature } = judge
  const enforced = judge.mode === 'enforce'
  return {
    judge,
    state,
    enforced,
    // Connections have no trace: who is meant is said by callers with entries of their own.
    split: enforced && judge.percent < 100 && feature !== 'mtls',
    seed: cohortSeed(service, feature),
    treatedPass: passText(feature, 'treated'),
    controlPass: passText(feature, 'control'),
  }
}

/** @returns undefined where nobody has a say */
export function seatsFor(
  engine: Engine,
  revision: string,
  side: Side,
  call: JudgedCall,
  states: SeatStates,
): Seats | undefined {
  const { source, destination } = call
  const judges = engine.judgesFor(destination, source).filter(({ feature }) => FLAGS[feature].side === side)
  const seats = judges.flatMap((judge) => {
    const found = states.of(judge, call)
    return found ? [seatOf(judge, found.state, destination)] : []
  })
  if (seats.length === 0) return undefined
  seats.sort((one, other) => ORDER.indexOf(one.judge.feature) - ORDER.indexOf(other.judge.feature))
  const service = engine.policy.services.get(destination)!
  const enforced = <F extends Feature>(feature: F) =>
    seats.some(({ judge, enforced }) => enforced && judge.feature === feature)
      ? settingsFor(service, source, feature)
      : undefined
  return {
    revision,
    starts: seats.filter(({ judge }) => judge.moment === 'start'),
    ends: seats.filter(({ judge }) => judge.moment === 'end'),
    timeouts: enforced('timeouts'),
    retries: enforced('retries'),
  }
}
