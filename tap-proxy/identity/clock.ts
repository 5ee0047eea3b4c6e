/** Time as renewal needs it; another one stands in for it in tests. */
export interface Clock {
  /** Wall clock, milliseconds. */
  now_ms(): number
  /** @returns how to call it off */
  after(ms: number, work: () => void): () => void
  /** From 0 to 1. */
  random(): number
}

/** Timers beyond it would fire at once. */
const AFTER_MAX_MS = 2 ** 31 - 1

export const SYSTEM_CLOCK: Clock = {
  now_ms: Date.now,
  after(ms, work) {
    const timer = setTimeout(work, Math.min(ms, AFTER_MAX_MS)).unref()
    return () => clearTimeout(timer)
  },
  random: Math.random,
}
