import type { Endpoint } from './endpoint.ts'
import type { Pipe } from './pipe.ts'
import type { TimerEntry, TimerWheel } from './timer-wheel.ts'

/** How long one address is tried alone before the next one is tried beside it (RFC 8305 section 5). */
const ATTEMPT_MS = 250

/** Opens one connection; `connected` is called later, never before this returns. */
export type Open = (target: Endpoint, connected: (pipe: Pipe | undefined, code: string) => void) => Pipe

export interface ConnectEvents {
  connected(pipe: Pipe, target: Endpoint): void
  /** This address did not answer; others may still. */
  attemptFailed(target: Endpoint, code: string): void
  /** No address answered. @param code of the last failure */
  failed(target: Endpoint, code: string): void
}

/**
 * Tries the addresses of a service in their order until one connects, as clients do by themselves
 * (RFC 8305): the next one after a failure, or beside one that does not answer.
 */
export class ConnectInTurn implements TimerEntry {
  due = Number.POSITIVE_INFINITY
  slotTick = -1
  nextEntry: TimerEntry | undefined = undefined
  previousEntry: TimerEntry | undefined = undefined
  readonly #candidates: readonly Endpoint[]
  readonly #open: Open
  readonly #events: ConnectEvents
  readonly #wheel: TimerWheel
  readonly #waiting = new Set<Pipe>()
  #next = 0
  #over = false

  constructor(candidates: readonly Endpoint[], open: Open, wheel: TimerWheel, events: ConnectEvents) {
    this.#candidates = candidates
    this.#open = open
    this.#events = events
    this.#wheel = wheel
    this.#tryNext()
  }

  /** Gives up every attempt. */
  cancel(): void {
    this.#finish(undefined)
  }

  onDeadline(): void {
    if (!this.#over) this.#tryNext()
  }

  #tryNext(): void {
    const target = this.#candidates[this.#next++]!
    if (this.#next < this.#candidates.length) this.#wheel.arm(this, ATTEMPT_MS)
    else this.#wheel.disarm(this)
    const attempt: Pipe = this.#open(target, (pipe, code) => {
      this.#waiting.delete(attempt)
      if (this.#over) pipe?.close()
      else if (pipe) {
        this.#finish(pipe)
        this.#events.connected(pipe, target)
      } else this.#failed(target, code)
    })
    this.#waiting.add(attempt)
  }

  #failed(target: Endpoint, code: string): void {
    this.#events.attemptFailed(target, code)
    if (this.#over) return
    if (this.#next < this.#candidates.length) this.#tryNext()
    else if (this.#waiting.size === 0) {
      this.#finish(undefined)
      this.#events.failed(target, code)
    }
  }

  #finish(won: Pipe | undefined): void {
    this.#over = true
    this.#wheel.remove(this)
    for (const pipe of this.#waiting) if (pipe !== won) pipe.close()
    this.#waiting.clear()
  }
}
