/** Calls that wait for a connection, first come first served, by the state of the pool they wait for. */

export interface Waiting {
  /** False where the call ended while it waited. */
  isAlive(): boolean
  go(): void
}

export class PoolQueues {
  readonly #queues = new Map<unknown, Waiting[]>()

  /** The pool's own limit bounds how many wait; who ended while he waited is let go of when others come. */
  wait(pool: unknown, call: Waiting): void {
    const queue = this.#queues.get(pool)
    if (queue === undefined) this.#queues.set(pool, [call])
    else {
      skipEnded(queue)
      queue.push(call)
    }
  }

  /** A connection of the pool is free. */
  freed(pool: unknown): void {
    const queue = this.#queues.get(pool)
    if (queue === undefined) return
    skipEnded(queue)
    const next = queue.shift()
    if (queue.length === 0) this.#queues.delete(pool)
    next?.go()
  }
}

function skipEnded(queue: Waiting[]): void {
  while (queue.length > 0 && !queue[0]!.isAlive()) queue.shift()
}
