import { type ChildProcess, type SendHandle, spawn } from 'node:child_process'
import { TapmeshError } from '../../model/error.ts'
import type { GivenSocket } from '../../net/listen-sockets.ts'
import type { Leaving } from '../data-path.ts'
import type { TapSettings } from '../settings.ts'
import { type Figures, type FromWorker, readError, type ToWorker, WORKER } from './message.ts'
import { ownCommand, ownEnvironment } from './successor.ts'

/** A worker that does not answer a question in this time is asked again at the next one. */
const ANSWER_MS = 2_000
/** After its grace a worker has so long to send what is left and to end. */
const END_MS = 2_000

type Answer<K extends FromWorker['kind']> = Extract<FromWorker, { kind: K }>

interface Expected {
  kinds: readonly FromWorker['kind'][]
  came: (message: FromWorker | undefined) => void
}

/** One worker as the tap's first process sees it. */
export class WorkerProcess {
  readonly number: number
  readonly #child: ChildProcess
  /** Resolves when it has ended, to how: an exit code or a signal. */
  readonly ended: Promise<string>
  /** Services that it called so far. */
  services: readonly string[] = []
  /** What it said of itself last. */
  last: Figures = { families: [], notReady: undefined }
  readonly #expected: Expected[] = []

  constructor(number: number) {
    this.number = number
    const [program, words] = ownCommand()
    this.#child = spawn(program, words, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
      env: { ...ownEnvironment(), [WORKER]: String(number) },
    })
    this.ended = new Promise((resolve) => {
      this.#child.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      this.#child.on('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    })
    this.#child.on('message', (message: FromWorker) => {
      if (message.kind === 'services') this.services = message.names
      if (message.kind === 'left') this.last = { families: message.families, notReady: undefined }
      const at = this.#expected.findIndex(({ kinds }) => kinds.includes(message.kind))
      if (at >= 0) this.#expected.splice(at, 1)[0]!.came(message)
    })
    void this.ended.then(() => {
      for (const { came } of this.#expected.splice(0)) came(undefined)
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  say(message: ToWorker, socket?: GivenSocket): void {
    if (!this.#child.connected) return
    // A worker that ended meanwhile is replaced; what it was told is told to the next one.
    this.#child.send(message, socket?.source as SendHandle | undefined, {}, () => {})
  }

  give(sockets: Iterable<GivenSocket>): void {
    for (const socket of sockets) this.say({ kind: 'socket', asked: socket.asked, name: socket.name }, socket)
  }

  /** @returns a line for each listener @throws TapmeshError of the worker */
  async start(settings: TapSettings): Promise<string[]> {
    return (await this.#change({ kind: 'start', settings }, 'serving')).listening
  }

  /** @returns what changed @throws TapmeshError of the worker */
  async reload(settings: TapSettings): Promise<string[]> {
    return (await this.#change({ kind: 'reload', settings }, 'reloaded')).changed
  }

  /** What it counts now; of a worker that does not answer, what it said last. */
  async figures(): Promise<Figures> {
    const answer = this.#expect(['figures'], ANSWER_MS)
    this.say({ kind: 'figures' })
    this.last = ((await answer) as Answer<'figures'> | undefined)?.figures ?? this.last
    return this.last
  }

  /** @returns calls that were cut */
  async leave(leaving: Leaving): Promise<number> {
    const answer = this.#expect(['left'], leaving.grace_ms + END_MS)
    this.say({ kind: 'leave', leaving })
    const left = (await answer) as Answer<'left'> | undefined
    const late = setTimeout(() => this.kill(), END_MS)
    await this.ended
    clearTimeout(late)
    return left?.cut ?? 0
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  async #change<K extends 'serving' | 'reloaded'>(message: ToWorker, wanted: K): Promise<Answer<K>> {
    const answer = this.#expect([wanted, 'refused'])
    this.say(message)
    const came = await answer
    if (came === undefined) {
      const how = await this.ended
      throw new TapmeshError(
        'TAPMESH_WORKER_LOST',
        `worker ${this.number} ended: ${how}`,
        'See its lines above.',
      )
    }
    if (came.kind === 'refused') throw readError(came.error)
    return came as Answer<K>
  }

  /** The next message of one of these kinds; undefined if the time is over or the worker has ended. */
  #expect(kinds: Expected['kinds'], wait_ms?: number): Promise<FromWorker | undefined> {
    return new Promise((resolve) => {
      const late = wait_ms === undefined ? undefined : setTimeout(() => came(undefined), wait_ms).unref()
      const came = (message: FromWorker | undefined) => {
        clearTimeout(late)
        const at = this.#expected.indexOf(expected)
        if (at >= 0) this.#expected.splice(at, 1)
        resolve(message)
      }
      const expected: Expected = { kinds, came }
      this.#expected.push(expected)
    })
  }
}
