import { codeOf, describeError } from '../model/error.ts'
import { linesText } from './change-text.ts'
import { endedBetween, nextEnd } from './ended.ts'
import type { Draft } from './ledger.ts'
import { ACTOR_CONTROL } from './reason.ts'
import type { Standing } from './standing.ts'

/** Longest time that a timer of Node can be set to. */
const TIMER_MS_MAX = 2 ** 31 - 1
/** Until the next try, where the end could not be stored. */
const AGAIN_MS = 10_000

export interface EndClockOptions {
  /** Wall clock, milliseconds. */
  now: () => number
  standing: () => Standing
  /** Stores an end as a change of its own. */
  change(make: (standing: Standing) => Promise<Draft | undefined>): Promise<unknown>
  onWarning: (text: string) => void
}

/** A feature that ends by its own clock (`expires`) ends as a revision, so that taps and audit hear of it. */
export class EndClock {
  readonly #options: EndClockOptions
  #timer: NodeJS.Timeout | undefined

  constructor(options: EndClockOptions) {
    this.#options = options
  }

  /** Waits for the next end of what holds now. */
  set(): void {
    const { now, standing } = this.#options
    const { newest, file } = standing()
    const next = newest && nextEnd(file.policy, newest.at_ms)
    this.stop()
    if (next !== undefined) this.#later(Math.max(next - now(), 0))
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #later(wait_ms: number): void {
    this.stop()
    this.#timer = setTimeout(() => void this.#end(), Math.min(wait_ms, TIMER_MS_MAX))
    this.#timer.unref()
  }

  async #end(): Promise<void> {
    try {
      await this.#options.change(async (standing) => this.#draft(standing))
      this.set()
    } catch (error) {
      // Taps end it by their own clock; what is missing is the entry of the audit. Another collector of the
      // same store may have been first.
      if (codeOf(error) !== 'TAPMESH_CONFIG_CHANGED') {
        this.#options.onWarning(`the end of a feature could not be stored: ${describeError(error)}`)
      }
      this.#later(AGAIN_MS)
    }
  }

  #draft({ newest, file }: Standing): Draft | undefined {
    const { before, after } = endedBetween(file.policy, newest?.at_ms ?? 0, this.#options.now())
    if (after.length === 0) return undefined
    const said = { actor: ACTOR_CONTROL, reason: 'ended by its own clock (expires)' }
    return { ...said, before: linesText(before), after: linesText(after), action: 'expire', auto: true }
  }
}
