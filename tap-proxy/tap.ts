import type { Events } from './events.ts'
import { applyAll, familiesOf, type Part, StartOnly, stopAll } from './part.ts'
import { RelayCounters } from './relay/counters.ts'
import type { TapSettings } from './settings.ts'
import { TapAdmin } from './tap-admin.ts'
import { TapControl } from './tap-control.ts'
import { TapGates } from './tap-gates.ts'
import type { TapIdentity } from './tap-identity.ts'
import { TapListeners } from './tap-listeners.ts'
import { TapSinks } from './tap-sinks.ts'

export interface Tap {
  /** One line for each listener, and what is on; for stdout. */
  describe(): string[]
  /** @throws TapmeshError where a new listener cannot be opened; then nothing has changed */
  reload(next: TapSettings): Promise<void>
  /** Turns the kill switch: calls go through a plain relay, or are judged again. */
  toggleBypass(): void
  /** Opens log files again under their names. */
  reopenLogs(): void
  /** Takes an error that nobody caught: it is logged and counted, and the tap serves on. */
  contain(error: unknown): void
  /** Drains, flushes, closes. @returns calls that were cut at the end of the grace */
  stop(): Promise<number>
  /** True where the system still owes an answer to a write. */
  stuck(): boolean
}

/** Of the grace, the last part is kept for sending what the calls left behind. */
const FLUSH_SHARE = 0.2

/**
 * Opens every listener and starts to serve.
 * @throws TapmeshError if a port cannot be opened; then none is open
 */
export async function startTap(first: TapSettings, events: Events): Promise<Tap> {
  let settings = first
  let stopping = false
  const relay = new RelayCounters()
  const sinks = await TapSinks.open(first, events)
  const identity = await openIdentity(first, events)
  const listeners = new TapListeners(relay, sinks.fan, events, identity)
  const gates = new TapGates(listeners, relay)
  const control = new TapControl(first, {
    events,
    onFault: events.faultContained,
    loadTaker: () => gates.load(),
    services: () => sinks.calledServices(),
    verdicts: () => gates.verdicts,
  })
  const admin = new TapAdmin(first, {
    notReady: () => (stopping ? 'stopping' : listeners.notReady()),
    identity: () => identity?.current,
    bypass: {
      tap: () => settings.tap,
      token: () => settings.collector?.token,
      heldBy: () => control.bypassedBy,
      set: (on) => control.switch.set('hand', on),
    },
    families: () => familiesOf(parts),
  })
  const startOnly = new StartOnly(first, START_ONLY)
  // The order of every start, reload and stop.
  const parts: Part<TapSettings>[] = [
    listeners, // accept, relay bytes first, observe
    sinks, // counters, records to the collector, access log, spans
    control, // policy, last good state, kill switch
    ...(identity ? [identity] : []), // certificate, TLS between taps
    admin, // /metrics /healthz /readyz /identity /bypass
    startOnly,
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
    contain(error) {
      relay.fault(error)
      events.faultContained(error)
    },
    async stop() {
      stopping = true
      events.draining(settings.grace_s)
      const grace_ms = settings.grace_s * 1000
      const startedAt = performance.now()
      const cut = await listeners.stop(grace_ms * (1 - FLUSH_SHARE))
      await stopAll(parts.slice(1), Math.max(grace_ms - (performance.now() - startedAt), 0))
      return cut
    },
    stuck: () => sinks.stuck,
  }
}

/** What a reload cannot change. */
const START_ONLY = {
  'the admin address': ({ admin }: TapSettings) => admin,
  'where spans go': ({ otlp }: TapSettings) => otlp,
  'where the certificate comes from': ({ identity }: TapSettings) => identity,
}

/** Loaded only if this tap shall prove who it is; its certificate comes once the listeners are open. */
async function openIdentity(settings: TapSettings, events: Events): Promise<TapIdentity | undefined> {
  if (settings.identity === undefined) return undefined
  const { TapIdentity: Loaded } = await import('./tap-identity.ts')
  return new Loaded(events)
}

/** What a person should know at the start. */
function whatIsOn({ tap, collector, otlp, accessLog }: TapSettings): string[] {
  const records = collector
    ? `records go to ${collector.url}${collector.token === undefined ? ' without a token' : ''}`
    : 'no collector: metrics and access log only'
  const log = accessLog ? `; access log (${accessLog.format}) to ${accessLog.file ?? 'stdout'}` : ''
  const spans = otlp ? `; spans of ${otlp.sample * 100} % of traces to ${otlp.endpoint}` : ''
  return [`tap ${tap}: ${records}${log}${spans}`]
}
