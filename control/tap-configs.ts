import { CONTROL_WAIT_S_MAX, type TapConfigStatus } from '../model/control.ts'
import type { TapConfig } from '../model/enforcement.ts'

/** Taps remembered; the one that was silent longest is forgotten first. */
export const TAPS_MAX = 5000
/** Two waits without a word. */
const SILENCE_MS = 2 * CONTROL_WAIT_S_MAX * 1000

/** Kept of what a tap says: five thousand taps that say much must not fill the memory. */
const IGNORED_MAX = 50
const NAME_CHARACTERS_MAX = 128
const ERROR_CHARACTERS_MAX = 1024

function shortened({ ignored, error, ...rest }: TapConfigStatus): TapConfigStatus {
  const names = ignored.slice(0, IGNORED_MAX).map((name) => name.slice(0, NAME_CHARACTERS_MAX))
  const left = ignored.length - names.length
  return {
    ...rest,
    ...(error === undefined ? {} : { error: error.slice(0, ERROR_CHARACTERS_MAX) }),
    ignored: left > 0 ? [...names, `and ${left} more`] : names,
  }
}

interface Known {
  service: string
  status: TapConfigStatus | undefined
  seen_ms: number
}

/** Which tap has which revision, as the taps tell it. Kept in memory: after a start they tell it anew. */
export class TapConfigs {
  /** In order of their last word. */
  readonly #known = new Map<string, Known>()
  /** Taps forgotten because of the limit. */
  forgotten = 0

  /** A tap asks for its state. @param services what it asks for, its own first */
  asked(tap: string, services: readonly string[], now_ms: number): void {
    this.#note(tap, now_ms, { service: services[0] })
  }

  told(tap: string, status: TapConfigStatus, now_ms: number): void {
    this.#note(tap, now_ms, { status: shortened(status) })
  }

  #note(tap: string, now_ms: number, news: { service?: string | undefined; status?: TapConfigStatus }): void {
    const before = this.#known.get(tap)
    this.#known.delete(tap)
    this.#known.set(tap, {
      service: news.service ?? before?.service ?? '',
      status: news.status ?? before?.status,
      seen_ms: now_ms,
    })
    if (this.#known.size <= TAPS_MAX) return
    this.#known.delete(this.#known.keys().next().value!)
    this.forgotten++
  }

  get size(): number {
    return this.#known.size
  }

  /** In order of their names; who only asked so far has not told yet what became of it. */
  list(now_ms: number): TapConfig[] {
    return [...this.#known]
      .flatMap(([tap, { service, status, seen_ms }]) => {
        if (status === undefined) return []
        const seen_at = new Date(seen_ms).toISOString()
        return [{ ...status, tap, service, seen_at, reachable: now_ms - seen_ms <= SILENCE_MS }]
      })
      .sort((one, other) => (one.tap < other.tap ? -1 : 1))
  }
}
