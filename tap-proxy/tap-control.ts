import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { MetricFamily } from '../model/metric.ts'
import { watchBypassFile } from './control/bypass-file.ts'
import type { ClientEvents, ControlClient } from './control/client.ts'
import { type ControlFigures, controlFamilies } from './control/control-families.ts'
import { KillSwitch } from './control/kill-switch.ts'
import type { StateEvents, StateInForce, StateTaker } from './control/state-in-force.ts'
import type { VerdictCounts } from './control/verdict-counts.ts'
import { type Part, Replaceable, Watched } from './part.ts'
import type { TapSettings } from './settings.ts'

export interface TapControlEvents extends ClientEvents, StateEvents {
  bypassChanged(by: readonly string[]): void
}

export interface TapControlDeps {
  events: TapControlEvents
  /** Told of a fault of the tap itself, which the tap outlives. */
  onFault(error: unknown): void
  /** Loads what takes a state between two calls; asked for where a collector is set. */
  loadTaker(): Promise<StateTaker>
  /** Services that calls went to, those of a forward proxy among them. */
  services(): Iterable<string>
  /** What was decided so far; undefined before the first policy. */
  verdicts(): VerdictCounts | undefined
}

/** Loading what pulls takes the time of some calls; the first ones do not wait for it. */
const START_AFTER_MS = 200

/**
 * What control has to say to one tap, and how a person stops it. Nothing of it is loaded without a
 * collector, and nothing before the listeners are open, unless a state was kept from before.
 */
export class TapControl implements Part<TapSettings> {
  readonly switch: KillSwitch
  readonly #deps: TapControlDeps
  #settings: TapSettings
  #state: StateInForce | undefined
  #client: ControlClient | undefined
  readonly #source = new Watched(sourceOf)
  readonly #bypassFile = new Replaceable(
    ({ control }: TapSettings) => control.bypass_file,
    ({ control }) => this.#watch(control.bypass_file),
    (unwatch) => unwatch(),
  )
  #timer: NodeJS.Timeout | undefined
  #started: Promise<void> | undefined

  constructor(settings: TapSettings, deps: TapControlDeps) {
    this.#settings = settings
    this.#deps = deps
    this.switch = new KillSwitch((by) => {
      deps.events.bypassChanged(by)
      this.#state?.refresh()
      this.#client?.report()
    })
    this.#bypassFile.apply(settings)
  }

  /** For /metrics and the admin port. */
  get figures(): ControlFigures | undefined {
    if (this.#state === undefined || this.#client === undefined) return undefined
    const { revision, age_s, ignored } = this.#state
    const { pulls, nacks } = this.#client
    return { revision, age_s, ignored: ignored.length, pulls, nacks }
  }

  /** Who bypasses this tap now: its kill switch, control, or nobody. */
  get bypassedBy(): readonly string[] {
    return [...this.switch.heldBy, ...(this.#state?.bypassedByControl ? ['control'] : [])]
  }

  /** Puts the last good state in force before the first call, where one was kept: a restart opens no gap. */
  async restore(): Promise<void> {
    const file = fileOf(this.#settings)
    if (file === undefined || !existsSync(file)) return
    await this.#open()
    await this.#client?.restore()
  }

  /** Begins to pull a moment after the first time; later ones take what changed at once. */
  async apply(next: TapSettings): Promise<string[]> {
    this.#settings = next
    this.#bypassFile.apply(next)
    const changed = this.#source.changed(next)
    if (this.#started === undefined && this.#timer === undefined) {
      this.#timer = setTimeout(() => this.#startNow(), START_AFTER_MS).unref()
      return []
    }
    if (this.#timer !== undefined) this.#startNow()
    await this.#started
    if (!changed) {
      this.#client?.look()
      return []
    }
    await this.#client?.stop()
    this.#client = undefined
    if (wanted(next) === undefined) this.#state?.clear()
    else await this.#begin()
    return ['control']
  }

  async stop(): Promise<void> {
    this.#bypassFile.current?.()
    clearTimeout(this.#timer)
    await this.#started
    this.#state?.stop()
    await this.#client?.stop()
  }

  families(): MetricFamily[] {
    return controlFamilies({
      control: () => this.figures,
      verdicts: () => this.#deps.verdicts(),
      bypassedBy: () => this.bypassedBy,
    })
  }

  #startNow(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#started = this.#begin().catch((error: unknown) => this.#deps.onFault(error))
  }

  async #begin(): Promise<void> {
    if (this.#client === undefined) await this.#open()
    this.#client?.start()
  }

  async #open(): Promise<void> {
    const collector = wanted(this.#settings)
    if (collector === undefined) return
    const { events, loadTaker, services } = this.#deps
    const [{ ControlClient: Client }, { StateInForce: State }, take] = await Promise.all([
      import('./control/client.ts'),
      import('./control/state-in-force.ts'),
      loadTaker(),
    ])
    const isBypassed = () => this.switch.isOn
    this.#state ??= new State(take, () => this.#settings.service, isBypassed, events)
    const { tap, service } = this.#settings
    this.#client = new Client(
      { tap, service, collector: collector.url, token: collector.token, file: fileOf(this.#settings) },
      this.#state,
      () => [...ownServices(this.#settings), ...services()],
      isBypassed,
      events,
    )
  }

  #watch(file: string | undefined): (() => void) | undefined {
    if (file !== undefined) return watchBypassFile(file, (there) => this.switch.set('file', there))
    this.switch.set('file', false)
    return undefined
  }
}

function wanted({ collector, control }: TapSettings) {
  return control.enabled ? collector : undefined
}

/** Where the last good state is, or undefined where none is kept. */
function fileOf(settings: TapSettings): string | undefined {
  const { state_dir } = settings.control
  if (state_dir === undefined || wanted(settings) === undefined) return undefined
  return join(state_dir, `${encodeURIComponent(settings.tap)}.state`)
}

/** Whose policy is pulled from where, and where it is kept; undefined if none is. */
function sourceOf(settings: TapSettings): unknown {
  const { tap, service } = settings
  const collector = wanted(settings)
  return collector && [tap, service, collector.url, collector.token, fileOf(settings)]
}

function ownServices({ service, listeners }: TapSettings): string[] {
  return [
    service,
    ...listeners.filter(({ kind }) => kind === 'outbound').map(({ destination }) => destination),
  ]
}
