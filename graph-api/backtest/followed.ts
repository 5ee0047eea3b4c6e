import { isFailed } from '../../model/outcome.ts'
import type { BacktestRetries } from '../contract.ts'
import type { KindCall } from './kind.ts'

/**
 * Whether a retry would have helped, by what really followed: the next call of the same service,
 * method and route that began after the wait. Failures come in clusters, so a rate of success says
 * little about the moment after a failure.
 */

/** A call that begins later than this after the wait says nothing about it any more. */
export const FOLLOW_US = 10_000_000
/** Retries that wait for an answer, of one method and route; what is past it stays unknown. */
export const WAITING_MAX = 10_000

interface Waiting {
  ready_us: number
  attempts_left: number
}

export class Followed {
  readonly #waiting = new Map<string, Waiting[]>()
  #recovered = 0
  #failed_again = 0
  #attempts = 0
  #retried = 0

  static groupOf({ destination, method, route }: KindCall): string {
    return [destination, method, route].join('\x1f')
  }

  /** A call that would be sent again. @param ready_us when the wait before the attempt is over */
  wait(group: string, ready_us: number, attempts: number): void {
    this.#retried += 1
    const list = this.#waiting.get(group) ?? []
    this.#waiting.set(group, list)
    if (list.length < WAITING_MAX) list.push({ ready_us, attempts_left: attempts })
    else this.#attempts += 1
  }

  /** A call of that group that began at `start_us` has ended. */
  see(group: string, start_us: number, call: KindCall): void {
    const list = this.#waiting.get(group)
    if (list === undefined || list.length === 0) return
    const good = !isFailed(call.outcome)
    const still = list.filter((each) => !this.#settle(each, start_us, good))
    if (still.length !== list.length) this.#waiting.set(group, still)
  }

  /** @returns true once nothing more is to be learnt about it */
  #settle(each: Waiting, start_us: number, good: boolean): boolean {
    if (start_us < each.ready_us) return false
    if (start_us - each.ready_us > FOLLOW_US) {
      this.#attempts += 1
      return true
    }
    this.#attempts += 1
    if (good) this.#recovered += 1
    else if (--each.attempts_left > 0) return false
    else this.#failed_again += 1
    return true
  }

  /** @param calls all of the service */
  answer(
    calls: number,
    known: Pick<BacktestRetries, 'failed' | 'already_retried' | 'over_budget'>,
  ): BacktestRetries {
    const size = [...this.#waiting.values()].reduce((sum, list) => sum + list.length, 0)
    const [retried, recovered, failed_again] = [this.#retried, this.#recovered, this.#failed_again]
    const unknown = retried - recovered - failed_again
    const extra_load = calls === 0 ? 0 : (this.#attempts + size) / calls
    return { ...known, retried, recovered, failed_again, unknown, extra_load }
  }
}
