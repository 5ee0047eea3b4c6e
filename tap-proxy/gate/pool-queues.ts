import type { Judging } from '../../policy/judging/judging.ts'

/** Calls that wait, first come first served, by the line they wait in: the state of a connection pool. */

export interface Waiting {
  /** False if the call ended while it waited. */
  isAlive(): boolean
  go(): void
}

export class PoolQueues {
  readonly #queues = new Map<unknown, Waiting[]>()

  get isEmpty(): boolean {
    return this.#queues.size === 0
  }

  /** The pool's own limit bounds how many wait. Calls that ended meanwhile are removed when the next one queues. */
  wait(line: unknown, call: Waiting): void {
    const queue = this.#queues.get(line)
    if (queue === undefined) this.#queues.set(line, [call])
    else {
      skipEnded(queue)
      queue.push(call)
    }
  }

  /** A call has ended: it makes room in every line that let it in, also if it never waited itself. */
  freedBy(judging: Judging, progress: number): void {
    for (let place = 0; !this.isEmpty && place < judging.startCount; place++) {
      if ((progress & (1 << place)) !== 0) this.freed(judging.steps[place]!.state)
    }
  }

  freed(line: unknown): void {
    const queue = this.#queues.get(line)
    if (queue === undefined) return
    skipEnded(queue)
    const next = queue.shift()
    if (queue.length === 0) this.#queues.delete(line)
    next?.go()
  }
}

function skipEnded(queue: Waiting[]): void {
  while (queue.length > 0 && !queue[0]!.isAlive()) queue.shift()
}
