import type { Policy } from '../../model/policy.ts'
import type { BoundSocket } from '../../net/handle-pipe.ts'
import { ListenSockets } from '../../net/listen-sockets.ts'
import { controlFamilies } from '../control/control-families.ts'
import type { StateAbout, StateTaker } from '../control/state-in-force.ts'
import { DataPath, type Leaving } from '../data-path.ts'
import { createEvents, type Events } from '../events.ts'
import { SYSTEM_CLOCK } from '../identity/clock.ts'
import { HeldIdentity } from '../identity/held-identity.ts'
import { processFamilies } from '../metrics/process-families.ts'
import { applyAll, familiesOf } from '../part.ts'
import type { TapSettings } from '../settings.ts'
import { LineWriter } from '../sink/line-writer.ts'
import type { TapIdentity } from '../tap-identity.ts'
import { type Figures, type FromWorker, type ToWorker, writeError } from './message.ts'
import { sampled } from './sum-families.ts'
import { startWatchdog } from './watchdog.ts'

const STDERR = 2
/** How often a worker looks whether calls went to further services. */
const SERVICES_MS = 1_000
/** Signals that the terminal sends to all processes of the tap: what they mean comes as a message. */
const OF_THE_TAP = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2', 'SIGURG'] as const

/** One of the processes that relay the calls of a tap. It begins, changes and ends by messages. */
class Worker {
  readonly #number: string
  readonly #errors = new LineWriter(STDERR)
  readonly #events: Events
  readonly #sockets: ListenSockets
  /** The certificate that the tap got for all its processes, which also reports it. */
  readonly #identity = new HeldIdentity({ taken() {}, failed() {} }, SYSTEM_CLOCK)
  #path: DataPath | undefined
  #settings: TapSettings | undefined
  #policy: { policy: Policy; about: StateAbout } | undefined
  #take: StateTaker | undefined
  #services = 0
  #unguard = (): void => {}
  #leaving = false

  constructor(number: string) {
    this.#number = number
    this.#events = createEvents(this.#errors, undefined, `worker ${number}: `)
    this.#sockets = new ListenSockets([], this.#events)
  }

  contain(error: unknown): void {
    if (this.#path) this.#path.contain(error)
    else this.#events.faultContained(error)
  }

  async take(message: ToWorker, socket: unknown): Promise<void> {
    switch (message.kind) {
      case 'socket':
        return this.#sockets.give({ ...message, source: socket as BoundSocket })
      case 'start':
        return this.#answer(() => this.#start(message.settings))
      case 'reload':
        return this.#answer(() => this.#reload(message.settings))
      case 'policy':
        return this.#enforce(message.policy, message.about)
      case 'identity':
        return this.#identity.set(message.identity)
      case 'figures':
        return say({ kind: 'figures', figures: await this.#figures() })
      case 'reopenLogs':
        return this.#path?.sinks.reopenLogs()
      case 'leave':
        return this.leave(message.leaving)
    }
  }

  /** Ends by itself if the tap's first process is gone. */
  orphaned(): void {
    void this.leave({ grace_ms: (this.#settings?.grace_s ?? 0) * 1000 })
  }

  async leave(leaving: Leaving): Promise<void> {
    if (this.#leaving) return
    this.#leaving = true
    const path = this.#path
    const cut = path ? await path.leave(leaving, path.parts) : 0
    await this.#errors.close(200)
    this.#unguard()
    const families = path ? (await this.#figures()).families : []
    say({ kind: 'left', cut, families }, () => process.exit(0))
  }

  async #answer(work: () => Promise<FromWorker>): Promise<void> {
    say(await work().catch((error: unknown): FromWorker => ({ kind: 'refused', error: writeError(error) })))
  }

  async #start(settings: TapSettings): Promise<FromWorker> {
    this.#settings = settings
    this.#path = await DataPath.open(
      settings,
      this.#events,
      this.#sockets,
      await this.#openIdentity(settings),
    )
    if (this.#policy) await this.#enforce(this.#policy.policy, this.#policy.about)
    await applyAll(this.#path.parts, settings)
    setInterval(() => this.#reportServices(), SERVICES_MS).unref()
    this.#unguard = startWatchdog(
      settings.watchdog_ms,
      `worker ${this.#number} of tap ${settings.tap}`,
      this.#events.watchdogUnavailable,
    )
    return { kind: 'serving', listening: this.#path.listeners.describe() }
  }

  async #openIdentity({ identity }: TapSettings): Promise<TapIdentity | undefined> {
    if (identity === undefined) return undefined
    const { TapIdentity: Loaded } = await import('../tap-identity.ts')
    const held = this.#identity
    const source = {
      get current() {
        return held.current
      },
      onChange: held.onChange.bind(held),
      close() {},
    }
    return new Loaded(this.#events, () => source)
  }

  async #reload(settings: TapSettings): Promise<FromWorker> {
    const changed = await applyAll(this.#path!.parts, settings)
    this.#settings = settings
    return { kind: 'reloaded', changed }
  }

  async #enforce(policy: Policy | undefined, about: StateAbout): Promise<void> {
    this.#policy = { policy: policy ?? this.#policy!.policy, about }
    if (!this.#path) return
    this.#take ??= await this.#path.gates.load()
    this.#take(this.#policy.policy, about)
  }

  #reportServices(): void {
    const names = [...new Set(this.#path!.sinks.calledServices())]
    if (names.length === this.#services) return
    this.#services = names.length
    say({ kind: 'services', names })
  }

  async #figures(): Promise<Figures> {
    const { parts, gates, listeners } = this.#path!
    const { tap, service, zone, version } = this.#settings!
    const families = [
      ...(await familiesOf(parts)),
      ...controlFamilies({
        control: () => undefined,
        verdicts: () => gates.verdicts,
        bypassedBy: () => [],
      }),
      ...processFamilies(() => ({ tap, service, zone, version })),
    ]
    return { families: sampled(families), notReady: listeners.notReady() }
  }
}

function say(message: FromWorker, done: () => void = () => {}): void {
  if (process.connected) process.send!(message, undefined, undefined, done)
  else done()
}

/** The life of a worker; resolves when it is ready for messages. */
export async function runWorker(number: string): Promise<void> {
  const worker = new Worker(number)
  process.on('uncaughtException', (error) => worker.contain(error))
  process.on('unhandledRejection', (error) => worker.contain(error))
  for (const signal of OF_THE_TAP) process.on(signal, () => {})
  process.on('disconnect', () => worker.orphaned())
  let last = Promise.resolve()
  process.on('message', (message: ToWorker, socket: unknown) => {
    // One after the other; to leave waits for nothing but the figures that were asked for before.
    last = last.then(() => worker.take(message, socket)).catch((error: unknown) => worker.contain(error))
  })
}
