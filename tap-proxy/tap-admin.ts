import type { MetricFamily } from '../model/metric.ts'
import type { Admin, AdminOptions } from './admin.ts'
import { processFamilies } from './metrics/process-families.ts'
import type { Part } from './part.ts'
import type { TapSettings } from './settings.ts'

/** The admin port, opened at the first `apply`: the first calls do not wait for its HTTP server to load. */
export class TapAdmin implements Part<TapSettings> {
  readonly #options: Omit<AdminOptions, 'host' | 'port' | 'fixed'>
  #settings: TapSettings
  #admin: Admin | undefined

  constructor(settings: TapSettings, options: Omit<AdminOptions, 'host' | 'port' | 'fixed'>) {
    this.#settings = settings
    this.#options = options
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
    this.#admin = await openAdmin({ ...next.admin, ...this.#options })
    return []
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
