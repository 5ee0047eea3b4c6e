import { isRefused } from '../../model/decision.ts'
import { isStart, type JudgedCall, rankOf, type Verdict } from '../feature/feature.ts'
import type { Judge } from './engine.ts'

/**
 * The sequence in which features judge a call. One driver for all: a tap that acts, a tap that only
 * watches, a back-test and tests; so that they cannot disagree on who is asked, when, and about what.
 */

/** One feature at its place, with the state it goes by. */
export interface Step {
  readonly judge: Judge
  readonly state: unknown
}

/** What becomes of a verdict on a call that has not been sent. */
export const NEXT = {
  /** Nothing was done; the sequence goes on as the verdict says. */
  asSaid: 0,
  /** The call was refused: nobody else is asked, now or at its end. */
  refused: 1,
  /** The call is sent whatever the verdict says, and the feature hears how it ends. */
  sent: 2,
  /** As `sent`, to another endpoint, which the feature is asked about as well. */
  moved: 3,
} as const

/** Who drives: acts on verdicts, writes them down, counts them. */
export interface JudgingHost<S extends Step> {
  /** A step before the call is sent, which may choose an endpoint, is about to be asked. */
  aim?(step: S, place: number, now_us: number): void
  /** A verdict that stands already, because the call was ended by it. */
  settled?(step: S, place: number): Verdict | undefined
  /** @returns one of NEXT; without meaning once the call was sent */
  heard(step: S, place: number, verdict: Verdict): number
  /** A step threw: its verdict is lost, the others are asked all the same. */
  fault(error: unknown): void
}

/** A call's progress is one number, a bit for each step: 32 bits. */
export const STEPS_MAX = 31

/**
 * The steps for calls of one pair of services; it has no state of its own. What happened to one call is a
 * number that start() makes and the others take: the bit of a start step says that the feature let the
 * call in, the bit of an end step that it is not to be asked any more.
 */
export class Judging<S extends Step = Step> {
  /** In order: start steps, then end steps. */
  readonly steps: readonly S[]
  readonly startCount: number
  /** Fields of taps that some end step reads. */
  readonly hopFields: readonly string[]
  /** Bits of all end steps. */
  readonly #ends: number
  /** Some step spares streams: whoever knows that a call is one says so. */
  readonly sparesStreams: boolean
  readonly #hasAnswer: boolean

  constructor(steps: readonly S[]) {
    const rank = ({ judge }: S) => rankOf(judge.module.moment)
    this.steps = [...steps].sort((one, other) => rank(one) - rank(other)).slice(0, STEPS_MAX)
    const first = this.steps.findIndex(({ judge }) => !isStart(judge.module.moment))
    this.startCount = first < 0 ? this.steps.length : first
    this.hopFields = this.steps.flatMap(({ judge }) => judge.module.hopFields ?? [])
    this.#hasAnswer = this.steps.some(({ judge }) => judge.module.moment === 'answer')
    this.sparesStreams = this.steps.some(({ judge }) => judge.module.sparesStreams === true)
    let ends = 0
    for (let place = this.startCount; place < this.steps.length; place++) ends |= 1 << place
    this.#ends = ends
  }

  /** Asks before the call is sent. @returns the call's progress */
  start(call: JudgedCall, now_us: number, host: JudgingHost<S>): number {
    let progress = 0
    for (let place = 0; place < this.startCount; place++) {
      let next: number
      try {
        next = this.#ask(this.steps[place]!, place, call, now_us, host)
      } catch (error) {
        host.fault(error)
        continue
      }
      if (next === NEXT.refused) return this.refused(progress)
      if (next === NEXT.sent) progress |= 1 << place
    }
    return progress
  }

  /** @returns `sent` if the step hears how the call ends, else `asSaid`, or `refused` */
  #ask(step: S, place: number, call: JudgedCall, now_us: number, host: JudgingHost<S>): number {
    const { judge, state } = step
    host.aim?.(step, place, now_us)
    const found = judge.decide(state, call, now_us)
    const next = host.heard(step, place, found)
    if (next === NEXT.moved) judge.decide(state, call, now_us)
    else if (next !== NEXT.asSaid) return next
    else if (isRefused(found.decision) || found.decision === 'divert') return NEXT.asSaid
    return NEXT.sent
  }

  /** Progress of a call that is refused after it started. */
  refused(progress: number): number {
    return progress | this.#ends
  }

  /** How the call, or one attempt, ended is known: asks those that may still change it, once. @returns the progress */
  answered(call: JudgedCall, now_us: number, progress: number, host: JudgingHost<S>): number {
    if (!this.#hasAnswer) return progress
    let now = progress
    for (let place = this.startCount; place < this.steps.length; place++) {
      const step = this.steps[place]!
      if ((now & (1 << place)) !== 0 || step.judge.module.moment !== 'answer') continue
      now |= 1 << place
      this.#hear(step, place, call, now_us, host)
    }
    return now
  }

  /** The call, or one attempt, is over: those that let it in hear of it, then the rest is asked. */
  end(call: JudgedCall, now_us: number, progress: number, host: JudgingHost<S>): void {
    for (let place = 0; place < this.startCount; place++) {
      if ((progress & (1 << place)) === 0) continue
      const { judge, state } = this.steps[place]!
      try {
        judge.ended(state, call, now_us)
      } catch (error) {
        host.fault(error)
      }
    }
    for (let place = this.startCount; place < this.steps.length; place++) {
      if ((progress & (1 << place)) !== 0) continue
      this.#hear(this.steps[place]!, place, call, now_us, host)
    }
  }

  #hear(step: S, place: number, call: JudgedCall, now_us: number, host: JudgingHost<S>): void {
    try {
      const found = host.settled?.(step, place) ?? step.judge.decide(step.state, call, now_us)
      host.heard(step, place, found)
    } catch (error) {
      host.fault(error)
    }
  }
}
