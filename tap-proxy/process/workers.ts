import type { MetricFamily } from '../../model/metric.ts'
import type { Policy } from '../../model/policy.ts'
import { labelOf } from '../../net/endpoint.ts'
import { listenFault } from '../../net/listen-fault.ts'
import type { GivenSocket, ListenSockets, OpenSocket } from '../../net/listen-sockets.ts'
import type { StateAbout, StateTaker } from '../control/state-in-force.ts'
import type { Leaving } from '../data-path.ts'
import type { ProcessEvents } from '../events.ts'
import type { Identity } from '../identity/identity.ts'
import type { Part } from '../part.ts'
import type { TapSettings } from '../settings.ts'
import { policyShare, settingsShare } from './share.ts'
import { counted, familiesOfSamples, type SampledFamily, sumFamilies } from './sum-families.ts'
import { WorkerProcess } from './worker-process.ts'

/** A worker that ends again and again is started again after a pause that grows up to this. */
const PAUSE_MAX_MS = 10_000
const PAUSE_FIRST_MS = 100
/** A worker that lived so long has not failed at its start. */
const LIVED_MS = 10_000

/**
 * The processes that relay the calls of a tap. This one opens the sockets and gives them to each of them:
 * they accept from one queue, so that a connection waits for none of them in particular. A worker that ends
 * is replaced; its calls are lost, nobody else's.
 */
export class Workers implements Part<TapSettings> {
  readonly #sockets: ListenSockets
  readonly #events: ProcessEvents
  /** By what makes a listener the same one after a reload. */
  readonly #bound = new Map<string, GivenSocket>()
  readonly #running = new Map<number, WorkerProcess>()
  #settings: TapSettings
  #policy: { policy: Policy; about: StateAbout } | undefined
  #identity: Identity | undefined
  #gone: SampledFamily[] = []
  #leaving = false
  #pause_ms = PAUSE_FIRST_MS
  /** A line for each listener. */
  listening: readonly string[] = []

  constructor(settings: TapSettings, sockets: ListenSockets, events: ProcessEvents) {
    this.#settings = settings
    this.#sockets = sockets
    this.#events = events
  }

  /** Services that any worker called. */
  get services(): ReadonlySet<string> {
    return new Set([...this.#running.values()].flatMap(({ services }) => services))
  }

  /** For a successor of the tap. */
  get open(): OpenSocket[] {
    return [...this.#bound.values()].map(({ asked, name, source }) => ({ asked, name, fd: source.fd }))
  }

  /** @throws TapmeshError of a socket that cannot be opened, or of a worker; then nothing has changed */
  async apply(next: TapSettings): Promise<string[]> {
    const fresh = await this.#bindAll(next)
    const settings = settingsShare(next)
    try {
      const changed =
        this.#running.size === 0 ? await this.#startAll(settings, fresh) : await this.#reload(settings, fresh)
      this.#settings = next
      this.#release(next)
      return changed
    } catch (error) {
      for (const [key, { source }] of fresh) {
        this.#bound.delete(key)
        source.close()
      }
      throw error
    }
  }

  /** Puts a policy in force in every worker. */
  async taker(): Promise<StateTaker> {
    const { compilePolicy } = await import('../../policy/judging/engine.ts')
    let ready: Policy | undefined
    return (policy, about) => {
      const same = policy === ready
      // A policy that cannot be compiled is refused here, before any worker has it.
      if (!same) compilePolicy(policy)
      ready = policy
      const share = same ? this.#policy!.policy : policyShare(policy, this.#settings.workers)
      this.#policy = { policy: share, about }
      this.#tell({ kind: 'policy', policy: same ? undefined : share, about })
    }
  }

  /** Gives every worker the certificate of the tap. */
  identify(identity: Identity): void {
    this.#identity = identity
    this.#tell({ kind: 'identity', identity })
  }

  reopenLogs(): void {
    this.#tell({ kind: 'reopenLogs' })
  }

  /** Why calls would fail now, or undefined. */
  async notReady(): Promise<string | undefined> {
    if (this.#running.size === 0) return 'no worker serves'
    const figures = await Promise.all([...this.#running.values()].map((worker) => worker.figures()))
    return figures.find(({ notReady }) => notReady !== undefined)?.notReady
  }

  async families(): Promise<MetricFamily[]> {
    const figures = await Promise.all([...this.#running.values()].map((worker) => worker.figures()))
    return familiesOfSamples(sumFamilies([this.#gone, ...figures.map(({ families }) => families)]))
  }

  /** @returns calls that were cut */
  async leave(leaving: Leaving): Promise<number> {
    this.#leaving = true
    for (const { source } of this.#bound.values()) source.close()
    this.#bound.clear()
    const cut = await Promise.all([...this.#running.values()].map((worker) => worker.leave(leaving)))
    return cut.reduce((sum, one) => sum + one, 0)
  }

  async stop(grace_ms: number): Promise<void> {
    if (!this.#leaving) await this.leave({ grace_ms })
  }

  #tell(message: Parameters<WorkerProcess['say']>[0]): void {
    for (const worker of this.#running.values()) worker.say(message)
  }

  async #bindAll(next: TapSettings): Promise<Map<string, GivenSocket>> {
    const fresh = new Map<string, GivenSocket>()
    for (const [index, { kind, name, listen }] of next.listeners.entries()) {
      const key = keyOf(listen, index)
      if (this.#bound.has(key)) continue
      try {
        fresh.set(key, await this.#sockets.bind(listen, name))
      } catch (error) {
        for (const { source } of fresh.values()) source.close()
        throw listenFault(error, listen, `${kind} ${name}`)
      }
    }
    for (const [key, socket] of fresh) this.#bound.set(key, socket)
    return fresh
  }

  async #startAll(settings: TapSettings, sockets: ReadonlyMap<string, GivenSocket>): Promise<string[]> {
    const numbers = Array.from({ length: settings.workers }, (_, index) => index + 1)
    const workers = numbers.map((number) => new WorkerProcess(number))
    const started = await Promise.allSettled(
      workers.map((worker) => this.#startOne(worker, settings, sockets.values())),
    )
    const failed = started.find((result) => result.status === 'rejected')
    if (failed) {
      for (const worker of workers) worker.kill()
      throw failed.reason
    }
    for (const worker of workers) this.#serve(worker)
    return []
  }

  async #startOne(
    worker: WorkerProcess,
    settings: TapSettings,
    sockets: Iterable<GivenSocket>,
  ): Promise<void> {
    worker.give(sockets)
    if (this.#identity) worker.say({ kind: 'identity', identity: this.#identity })
    if (this.#policy) worker.say({ kind: 'policy', ...this.#policy })
    this.listening = await worker.start(settings)
  }

  async #reload(settings: TapSettings, fresh: ReadonlyMap<string, GivenSocket>): Promise<string[]> {
    const changed = await Promise.all(
      [...this.#running.values()].map((worker) => {
        worker.give(fresh.values())
        return worker.reload(settings)
      }),
    )
    return changed[0] ?? []
  }

  /** Closes the sockets of listeners that are no more; workers have closed theirs. */
  #release(next: TapSettings): void {
    const wanted = new Set(next.listeners.map(({ listen }, index) => keyOf(listen, index)))
    for (const [key, { source }] of this.#bound) {
      if (wanted.has(key)) continue
      this.#bound.delete(key)
      source.close()
    }
  }

  #serve(worker: WorkerProcess): void {
    const since_ms = performance.now()
    this.#running.set(worker.number, worker)
    void worker.ended.then((how) => {
      this.#running.delete(worker.number)
      this.#gone = sumFamilies([this.#gone, counted(worker.last.families)])
      if (this.#leaving) return
      this.#events.workerLost(worker.number, worker.pid, how)
      if (performance.now() - since_ms > LIVED_MS) this.#pause_ms = PAUSE_FIRST_MS
      this.#replace(worker.number)
    })
  }

  #replace(number: number): void {
    setTimeout(() => void this.#startAgain(number), this.#pause_ms)
    this.#pause_ms = Math.min(this.#pause_ms * 2, PAUSE_MAX_MS)
  }

  async #startAgain(number: number): Promise<void> {
    if (this.#leaving) return
    const worker = new WorkerProcess(number)
    try {
      await this.#startOne(worker, settingsShare(this.#settings), this.#bound.values())
    } catch (error) {
      worker.kill()
      this.#events.workerLost(number, worker.pid, (error as Error).message)
      this.#replace(number)
      return
    }
    if (this.#leaving) return worker.kill()
    this.#events.workerReplaced(number, worker.pid)
    this.#serve(worker)
  }
}

/** Listeners on any free port are told apart by their place. */
function keyOf({ host, port }: { host: string; port: number }, index: number): string {
  return `${labelOf(host, port)}${port === 0 ? ` ${index}` : ''}`
}
