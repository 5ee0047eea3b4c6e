/** Those who wait for the next revision: each until it comes, until its time is over, or until it has gone. */

/** Taps that wait at a time; each costs a socket. */
export const WAITING_MAX = 1000

/** Waits end a little early, each at another time: or all that once came together would do so for ever. */
const JITTER = 0.1

export class Waiting {
  readonly #wakes = new Set<() => void>()
  #closed = false
  /** Who was sent away because as many waited as may. */
  refused = 0

  get size(): number {
    return this.#wakes.size
  }

  /** Nobody waits any more: what waits ends with the program. */
  get closed(): boolean {
    return this.#closed
  }

  get full(): boolean {
    return this.#wakes.size >= WAITING_MAX
  }

  /**
   * Resolves when the next revision is there, and at the latest after the time.
   * @param gone ends the wait of somebody who no longer listens
   */
  wait(milliseconds: number, gone: AbortSignal): Promise<void> {
    if (this.#closed || gone.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        gone.removeEventListener('abort', end)
        this.#wakes.delete(end)
        resolve()
      }
      const timer = setTimeout(end, milliseconds * (1 - JITTER * Math.random()))
      timer.unref()
      gone.addEventListener('abort', end)
      this.#wakes.add(end)
    })
  }

  wake(): void {
    for (const end of [...this.#wakes]) end()
  }

  /** Nobody waits from now on. */
  close(): void {
    this.#closed = true
    this.wake()
  }
}
