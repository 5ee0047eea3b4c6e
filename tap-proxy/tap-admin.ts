import type { MetricFamily } from '../model/metric.ts'
import type { ListenSockets } from '../net/listen-sockets.ts'
import type { Admin, AdminOptions } from './admin.ts'
import { processFamilies } from './metrics/process-families.ts'
import type { Part } from './part.ts'
import type { TapSettings } from './settings.ts'
import type { TapControl } from './tap-control.ts'

export interface TapAdminDeps extends Pick<AdminOptions, 'notReady' | 'identity' | 'families'> {
  control: TapControl
  /** Starts a successor of this process; undefined if it cannot have one. */
  upgrade: (() => Promise<number>) | undefined
}

/** The admin port, opened at the first `apply`: the first calls do not wait for its HTTP server to load. */
export class TapAdmin implements Part<TapSettings> {
  readonly #sockets: ListenSockets
  readonly #deps: TapAdminDeps
  #settings: TapSettings
  #admin: Admin | undefined

  constructor(settings: TapSettings, sockets: ListenSockets, deps: TapAdminDeps) {
    this.#settings = settings
    this.#sockets = sockets
    this.#deps = deps
  }

  /** `http://127.0.0.1:7402`, once it is open. */
  get url(): string {
    return this.#admin?.url ?? ''
  }

  /** @throws TapmeshError TAPMESH_PORT_IN_USE or TAPMESH_PORT_FORBIDDEN */
  async apply(next: TapSettings): Promise<string[]> {
    this.#settings = next
    if (this.#admin !== undefined) return []
    const { openAdmin } = await import('./admin.ts')
    const { control, upgrade, ...answers } = this.#deps
    this.#admin = await openAdmin({
      ...next.admin,
      ...answers,
      sockets: this.#sockets,
      tap: () => this.#settings.tap,
      token: () => this.#settings.collector?.token,
      bypass: {
        heldBy: () => control.bypassedBy,
        set: (on) => control.switch.set('hand', on),
      },
      upgrade,
    })
    return []
  }

  /** Takes no new connections, since the successor does; answers under way are written. */
  leavePort(): void {
    this.#admin?.leavePort()
  }

  stop(): void {
    this.#admin?.close()
  }

  families(): MetricFamily[] {
    return processFamilies(() => {
      const { tap, service, zone, version } = this.#settings
      return { tap, service, zone, version }
    })
  }
}
