import type { Clock } from '../../../tap-proxy/identity/clock.ts'

/** Time that moves when the test says so. */
export interface HandClock extends Clock {
  /** Milliseconds from now at which something is due, soonest first. */
  readonly due: number[]
  /** Moves on to what is due next and does it. */
  next(): void
  advance(ms: number): void
}

export function handClock(start_ms = Date.now(), random = 0.5): HandClock {
  let now_ms = start_ms
  let waiting: { at: number; work: () => void }[] = []
  const sorted = () => [...waiting].sort((left, right) => left.at - right.at)
  return {
    now_ms: () => now_ms,
    random: () => random,
    after(ms, work) {
      const entry = { at: now_ms + ms, work }
      waiting.push(entry)
      return () => {
        waiting = waiting.filter((other) => other !== entry)
      }
    },
    get due() {
      return sorted().map(({ at }) => at - now_ms)
    },
    next() {
      const [entry] = sorted()
      if (!entry) throw new Error('nothing is due')
      waiting = waiting.filter((other) => other !== entry)
      now_ms = Math.max(now_ms, entry.at)
      entry.work()
    },
    advance(ms) {
      now_ms += ms
    },
  }
}
