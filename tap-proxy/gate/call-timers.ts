/** The clocks of one call. The relay's own wheel is too coarse for a timeout of some milliseconds. */
export class CallTimers {
  #request: NodeJS.Timeout | undefined
  #backend: NodeJS.Timeout | undefined
  #wait: NodeJS.Timeout | undefined

  /** For the whole call. A timer may fire a little early, so a millisecond is added. */
  request(ms: number, late: () => void): void {
    this.#request = setTimeout(late, ms + 1)
  }

  /** For the head of one attempt's answer. */
  backend(ms: number, late: () => void): void {
    clearTimeout(this.#backend)
    this.#backend = setTimeout(late, ms + 1)
  }

  /** Until the next attempt, or for a connection. */
  wait(ms: number, over: () => void): void {
    clearTimeout(this.#wait)
    this.#wait = setTimeout(over, ms)
  }

  answered(): void {
    clearTimeout(this.#backend)
    this.#backend = undefined
  }

  waited(): void {
    clearTimeout(this.#wait)
    this.#wait = undefined
  }

  stop(): void {
    clearTimeout(this.#request)
    clearTimeout(this.#backend)
    clearTimeout(this.#wait)
  }
}
