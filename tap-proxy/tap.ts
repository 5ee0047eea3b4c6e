import { ListenSockets, type OpenSocket } from '../net/listen-sockets.ts'
import { DataPath, type Leaving } from './data-path.ts'
import type { Events } from './events.ts'
import { applyAll, familiesOf, type Part, StartOnly, stopAll } from './part.ts'
import type { TapSettings } from './settings.ts'
import { TapAdmin } from './tap-admin.ts'
import { TapControl } from './tap-control.ts'
import type { TapIdentity } from './tap-identity.ts'

/** Whether a process ends because it was told to, or because its successor serves. */
export type Ending = 'stop' | 'upgrade'

export interface Tap {
  /** One line for each listener, and what is on; for stdout. */
  describe(): string[]
  /** @throws TapmeshError if a new listener cannot be opened; then nothing has changed */
  reload(next: TapSettings): Promise<void>
  /** Turns the kill switch: calls go through a plain relay, or are judged again. */
  toggleBypass(): void
  /** Opens log files again under their names. */
  reopenLogs(): void
  /** Takes an error that nobody caught: it is logged and counted, and the tap serves on. */
  contain(error: unknown): void
  /** Every socket it listens on, for its successor. */
  sockets(): OpenSocket[]
  /** Drains, flushes, closes. @returns calls that were cut at the end of the grace */
  stop(ending?: Ending): Promise<number>
  /** True if the system still owes an answer to a write. */
  stuck(): boolean
}

/** What a tap needs of the process it runs in. */
export interface TapDeps {
  sockets?: ListenSockets
  /** Starts a successor. @returns its process id @throws TapmeshError TAPMESH_UPGRADE_FAILED */
  upgrade?: () => Promise<number>
}

/** While a successor serves already, a connection without a call may be used once more. */
const UPGRADE_IDLE_MS = 5_000

/**
 * Opens every listener and starts to serve.
 * @throws TapmeshError if a port cannot be opened; then none is open
 */
export async function startTap(first: TapSettings, events: Events, deps: TapDeps = {}): Promise<Tap> {
  let settings = first
  let stopping = false
  const sockets = deps.sockets ?? new ListenSockets([], events)
  const path = await DataPath.open(first, events, sockets, await openIdentity(first, events))
  const { listeners, sinks, gates } = path
  const control = new TapControl(first, {
    events,
    onFault: events.faultContained,
    loadTaker: () => gates.load(),
    services: () => sinks.calledServices(),
    verdicts: () => gates.verdicts,
  })
  const admin = new TapAdmin(first, sockets, {
    notReady: () => (stopping ? 'stopping' : listeners.notReady()),
    identity: () => path.identity?.current,
    control,
    upgrade: deps.upgrade,
    families: () => familiesOf(parts),
  })
  // The order of every start, reload and stop.
  const parts: Part<TapSettings>[] = [
    ...path.parts, // accept, relay, observe; records, metrics, logs, spans; TLS between taps
    control, // policy, last good state, kill switch
    admin, // /metrics /healthz /readyz /identity /bypass /upgrade
    new StartOnly(first, START_ONLY),
  ]
  try {
    // The last good policy holds for the first call already.
    await control.restore()
    await applyAll(parts, first)
  } catch (error) {
    await stopAll(parts, 0)
    throw error
  }

  return {
    describe: () => [...listeners.describe(), ...whatIsOn(settings), `listening admin ${admin.url}`],
    async reload(next) {
      const changed = await applyAll(parts, next)
      settings = next
      events.configLoaded(changed.join('; ') || 'listeners stay')
    },
    toggleBypass: () => control.switch.toggle(),
    reopenLogs: () => sinks.reopenLogs(),
    contain: (error) => path.contain(error),
    sockets: () => sockets.open,
    async stop(ending = 'stop') {
      stopping = true
      return path.leave(beginToLeave(ending, settings, events, admin), parts)
    },
    stuck: () => sinks.stuck,
  }
}

/** Says that this process leaves, and leaves the admin port to a successor at once. @returns how it leaves */
export function beginToLeave(
  ending: Ending,
  settings: TapSettings,
  events: Events,
  admin: TapAdmin,
): Leaving {
  if (ending === 'stop') {
    events.draining(settings.grace_s)
    return { grace_ms: settings.grace_s * 1000 }
  }
  admin.leavePort()
  return { grace_ms: settings.upgrade_grace_s * 1000, idle_ms: UPGRADE_IDLE_MS }
}

/** What a reload cannot change. */
export const START_ONLY = {
  'the admin address': ({ admin }: TapSettings) => admin,
  'where spans go': ({ otlp }: TapSettings) => otlp,
  'where the certificate comes from': ({ identity }: TapSettings) => identity,
  'the number of workers': ({ workers }: TapSettings) => workers,
  'the watchdog': ({ watchdog_ms }: TapSettings) => watchdog_ms,
}

/** Loaded only if this tap shall prove who it is; its certificate comes once the listeners are open. */
async function openIdentity(settings: TapSettings, events: Events): Promise<TapIdentity | undefined> {
  if (settings.identity === undefined) return undefined
  const { TapIdentity: Loaded } = await import('./tap-identity.ts')
  return new Loaded(events)
}

/** What a person should know at the start. */
export function whatIsOn({ tap, collector, otlp, accessLog }: TapSettings): string[] {
  const records = collector
    ? `records go to ${collector.url}${collector.token === undefined ? ' without a token' : ''}`
    : 'no collector: metrics and access log only'
  const log = accessLog ? `; access log (${accessLog.format}) to ${accessLog.file ?? 'stdout'}` : ''
  const spans = otlp ? `; spans of ${otlp.sample * 100} % of traces to ${otlp.endpoint}` : ''
  return [`tap ${tap}: ${records}${log}${spans}`]
}
