/** Waits for the wish to end: Ctrl-C, SIGTERM, SIGHUP. */

/**
 * A terminal sends Ctrl-C to the whole foreground group and the set-up step passes it on as well,
 * so the same wish arrives twice; only one that comes later than this is a new one.
 */
const SAME_WISH_MS = 1_000

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface EndWish {
  /** Resolves with the signal's name at the first wish. */
  readonly asked: Promise<string>
  /** Stops listening. */
  done(): void
}

/** `onRepeated` is called when somebody asks again while the end is under way. */
export function endWish(onRepeated: () => void, clock: () => number = () => performance.now()): EndWish {
  let first = 0
  let resolve: (reason: string) => void = () => undefined
  const asked = new Promise<string>((settle) => {
    resolve = settle
  })
  const onSignal = (signal: string) => {
    if (first === 0) {
      first = clock()
      resolve(signal)
    } else if (clock() - first > SAME_WISH_MS) onRepeated()
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return {
    asked,
    done() {
      for (const signal of SIGNALS) process.off(signal, onSignal)
    },
  }
}
