import type { Clock } from './clock.ts'
import type { Identity } from './identity.ts'

/** What a tap says about its identity. */
export interface IdentityEvents {
  /** A new one is in use. */
  taken(identity: Identity): void
  /** It could not be had or renewed; `late` where the one in use has less than a third of its life left. */
  failed(error: unknown, late: boolean): void
}

/** Of its life, the part at which an identity that was not renewed becomes an alarm. */
export const LATE_SHARE = 2 / 3

/** The last good identity, and those who want to hear of the next. */
export class HeldIdentity {
  readonly #listeners = new Set<(identity: Identity) => void>()
  readonly #events: IdentityEvents
  readonly #clock: Clock
  #current: Identity | undefined
  #since_ms = 0

  constructor(events: IdentityEvents, clock: Clock) {
    this.#events = events
    this.#clock = clock
  }

  get current(): Identity | undefined {
    return this.#current
  }

  onChange(listener: (identity: Identity) => void): () => void {
    this.#listeners.add(listener)
    if (this.#current) listener(this.#current)
    return () => this.#listeners.delete(listener)
  }

  /** @param since_ms when its life began, where that is known better than its certificate says it */
  set(identity: Identity, since_ms = identity.not_before_ms): void {
    this.#current = identity
    this.#since_ms = since_ms
    for (const listener of this.#listeners) listener(identity)
    this.#events.taken(identity)
  }

  failed(error: unknown): void {
    this.#events.failed(error, this.late)
  }

  get expired(): boolean {
    return !this.#current || this.#clock.now_ms() >= this.#current.not_after_ms
  }

  get late(): boolean {
    if (!this.#current) return false
    const life_ms = this.#current.not_after_ms - this.#since_ms
    return this.#clock.now_ms() >= this.#since_ms + life_ms * LATE_SHARE
  }
}
