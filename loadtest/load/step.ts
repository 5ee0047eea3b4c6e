import type { Scenario } from './scenario.ts'

/** A scenario as steps of an even rate, for a load generator that knows no ramps. */
export interface Step {
  /** Visits a second, whole, at least 1. */
  rate: number
  seconds: number
}

/** Long enough for a p99 of its own, short enough that a ramp looks like one. */
const STEP_SECONDS_MAX = 10

/** A ramp becomes stairs; each has the rate of the ramp in its middle. */
export function stepsOf({ start_rate, stages }: Scenario): Step[] {
  let before = start_rate
  return stages.flatMap(({ rate, seconds }) => {
    const even = rate === before
    const count = even ? 1 : Math.max(1, Math.ceil(seconds / STEP_SECONDS_MAX))
    const steps = Array.from({ length: count }, (_, index) => ({
      rate: Math.max(1, Math.round(before + ((rate - before) * (index + 0.5)) / count)),
      seconds: seconds / count,
    }))
    before = rate
    return steps
  })
}
