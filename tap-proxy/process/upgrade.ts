import type { OpenSocket } from '../../net/listen-sockets.ts'

/** How one process follows another on the same sockets, without a refused connection. */
export class Upgrade {
  readonly #sockets: () => readonly OpenSocket[]
  readonly #start: (sockets: readonly OpenSocket[]) => Promise<number>
  readonly #done: (pid: number) => void
  #running: Promise<number> | undefined

  /**
   * @param sockets what the successor gets @param start starts it and waits until it serves
   * @param done called with its process id, once
   */
  constructor(
    sockets: () => readonly OpenSocket[],
    start: (sockets: readonly OpenSocket[]) => Promise<number>,
    done: (pid: number) => void,
  ) {
    this.#sockets = sockets
    this.#start = start
    this.#done = done
  }

  /**
   * Whoever asks while one is under way gets its answer, and so does whoever asks after it.
   * @returns process id of the successor
   * @throws TapmeshError TAPMESH_UPGRADE_FAILED; the next one begins anew
   */
  run(): Promise<number> {
    this.#running ??= this.#start(this.#sockets()).then(
      (pid) => {
        // The answer to whoever asked is written before this process begins to leave.
        setImmediate(() => this.#done(pid))
        return pid
      },
      (error: unknown) => {
        this.#running = undefined
        throw error
      },
    )
    return this.#running
  }
}
