/** Calls that wait for a connection, first come first served, by the state of the pool they wait for. */

export interface Waiting {
  /** False where the call ended while it waited. */
  isAlive(): boolean
  go(): void
}

export class PoolQueues {
  readonly #queues = new Map<unknown, Waiting[]>()

  /** The pool's own limit bounds how many wait. */
  wait(pool: unknown, call: Waiting): void {
    const queue = this.#queues.get(pool)
    if (queue) queue.push(call)
    else this.#queues.set(pool, [call])
  }

  /** A connection of the pool is free. */
  freed(pool: unknown): void {
    const queue = this.#queues.get(pool)
    if (queue === undefined) return
    let next = queue.shift()
    while (next && !next.isAlive()) next = queue.shift()
    if (queue.length === 0) this.#queues.delete(pool)
    next?.go()
  }
}
