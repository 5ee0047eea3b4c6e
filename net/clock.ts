/**
 * The relay's two clocks. Durations come from the monotonic one; the wall clock is the monotonic
 * one plus an offset that is read again now and then, so a call costs one reading and a jump of the
 * wall clock never makes a duration negative.
 */
export interface RelayClock {
  /** Monotonic, microseconds, with fractions. */
  mono_us(): number
  /** Wall clock, whole microseconds since 1970, at a monotonic time. */
  wall_us(mono_us: number): number
}

/** How long an offset between the two clocks is used. */
const OFFSET_AGE_US = 1_000_000

export function systemClock(): RelayClock {
  let offset = 0
  let readAt = Number.NEGATIVE_INFINITY
  return {
    mono_us: () => performance.now() * 1000,
    wall_us(mono_us) {
      if (mono_us - readAt > OFFSET_AGE_US) {
        readAt = mono_us
        const wanted = Date.now() * 1000 - performance.now() * 1000
        // Date.now counts whole milliseconds; a smaller difference is its rounding, not a jump.
        if (Math.abs(wanted - offset) > 2_000) offset = wanted
      }
      return Math.floor(mono_us + offset)
    },
  }
}

/**
 * A clock for what is counted over time, whose wall clock goes on from where it stood at the start: a
 * clock of the system that is set back must not hold buckets empty or endpoints ejected.
 */
export function steadyClock(clock: RelayClock): RelayClock {
  const start_us = clock.mono_us()
  const offset = clock.wall_us(start_us) - start_us
  return {
    mono_us: () => clock.mono_us(),
    wall_us: (mono_us) => Math.floor(mono_us + offset),
  }
}
