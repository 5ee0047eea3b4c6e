import type { Admin, AdminOptions } from './admin.ts'
import type { VerdictCounts } from './control/verdict-counts.ts'
import type { Events } from './events.ts'
import { RelayCounters } from './relay/counters.ts'
import type { TapSettings } from './settings.ts'
import { openForward } from './sink/open-span-sink.ts'
import { TapControl } from './tap-control.ts'
import { TapGates } from './tap-gates.ts'
import type { TapIdentity } from './tap-identity.ts'
import { TapListeners } from './tap-listeners.ts'
import { TapSinks } from './tap-sinks.ts'

/**
 * The tap's stack, from top to bottom:
 *
 *   listeners   accept, relay bytes first, observe              relay/, wire/
 *   fan         one finished call -> its route -> every sink    observe/routed-sink.ts
 *   sinks       counters, row buffer -> collector, access log   observe/, ship/, access-log.ts
 *   control     policy, last good state, kill switch            tap-control.ts, control/
 *   admin       /metrics /healthz /readyz /bypass               admin.ts
 */
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
 * @throws TapmeshError where a port cannot be opened; then none is open
 */
export async function startTap(first: TapSettings, events: Events): Promise<Tap> {
  let settings = first
  let stopping = false
  const relay = new RelayCounters()
  const forward = await openForward(settings.otlp, settings.tap, events.spansRefused)
  const sinks = new TapSinks(settings, events, forward?.sink)
  const identity = await openIdentity(settings, events)
  const listeners = new TapListeners(relay, sinks.fan, events, identity)
  const gates = new TapGates(listeners, relay)
  const control = new TapControl(settings, {
    events,
    onFault: events.faultContained,
    loadTaker: () => gates.load(),
    services: () => calledServices(sinks),
  })
  /** Loaded only now: the first calls do not wait for the HTTP server of the admin port. */
  const openAdmin = async () => {
    const { openAdmin: open } = await import('./admin.ts')
    const notReady = () => (stopping ? 'stopping' : listeners.notReady())
    const parts = { relay, sinks, forward, control, identity, verdicts: () => gates.verdicts }
    return open(adminOptions(() => settings, notReady, parts))
  }
  let admin: Admin
  try {
    await control.restore()
    await listeners.apply(settings)
    admin = await openAdmin()
    control.start()
    startIdentity(identity, settings, events)
  } catch (error) {
    identity?.close()
    await listeners.stop(0)
    await Promise.all([sinks.stop(0), forward?.stop(0), control.stop()])
    throw error
  }

  return {
    describe: () => [...listeners.describe(), ...whatIsOn(settings), `listening admin ${admin.url}`],
    async reload(next) {
      const changed = await listeners.apply(next)
      changed.push(...sinks.apply(next))
      changed.push(...(await control.apply(next)))
      changed.push(...fixedUntilRestart(settings, next))
      settings = next
      events.configLoaded(changed.join('; ') || 'listeners stay')
    },
    toggleBypass: () => control.switch.toggle(),
    reopenLogs: () => sinks.reopenLogs(),
    contain(error) {
      relay.faults++
      relay.lastFault = error
      events.faultContained(error)
    },
    async stop() {
      stopping = true
      events.draining(settings.grace_s)
      const grace_ms = settings.grace_s * 1000
      const startedAt = performance.now()
      const left = await listeners.stop(grace_ms * (1 - FLUSH_SHARE))
      const left_ms = Math.max(grace_ms - (performance.now() - startedAt), 0)
      await Promise.all([sinks.stop(left_ms), forward?.stop(left_ms), control.stop()])
      identity?.close()
      admin.close()
      return left
    },
    stuck: () => sinks.stuck,
  }
}

/** Loaded only where this tap is to prove who it is; its certificate comes once the listeners are open. */
async function openIdentity(settings: TapSettings, events: Events): Promise<TapIdentity | undefined> {
  if (settings.identity === undefined) return undefined
  const { TapIdentity: Loaded } = await import('./tap-identity.ts')
  return new Loaded(events)
}

function startIdentity(identity: TapIdentity | undefined, settings: TapSettings, events: Events): void {
  if (identity === undefined || settings.identity === undefined) return
  identity.start(settings.identity, settings).catch((error: unknown) => events.identityFailed(error, false))
}

interface Parts {
  relay: RelayCounters
  sinks: TapSinks
  forward: Awaited<ReturnType<typeof openForward>>
  control: TapControl
  identity: TapIdentity | undefined
  verdicts: () => VerdictCounts | undefined
}

/** What the admin port reads and turns. @param settings those in force, since a reload changes them */
function adminOptions(
  settings: () => TapSettings,
  notReady: () => string | undefined,
  { relay, sinks, forward, control, identity, verdicts }: Parts,
): AdminOptions {
  return {
    ...settings().admin,
    notReady,
    identity: () => identity?.current,
    bypass: {
      tap: () => settings().tap,
      token: () => settings().collector?.token,
      heldBy: () => control.bypassedBy,
      set: (on) => control.switch.set('hand', on),
    },
    metrics: {
      calls: sinks.counters,
      relay,
      losses: sinks.losses,
      forward: () => forward?.counts,
      routes: () => sinks.fan.routes,
      ship: () => sinks.shipper,
      control: () => control.figures,
      verdicts,
      bypassedBy: () => control.bypassedBy,
      identity: () => identity,
      info: () => {
        const { tap, service, zone, version } = settings()
        return { tap, service, zone, version }
      },
    },
  }
}

/** Services that calls of this tap's own service went to, as the counters know them. */
function* calledServices({ counters }: TapSinks): Iterable<string> {
  for (const { reporter, destination } of counters.all()) if (reporter === 'client') yield destination
}

/** What a reload cannot change, where somebody tried. */
function fixedUntilRestart(now: TapSettings, next: TapSettings): string[] {
  const differs = (name: 'admin' | 'otlp' | 'identity') =>
    JSON.stringify(now[name]) !== JSON.stringify(next[name])
  return [
    ...(differs('admin') ? ['the admin address changes at the next start only'] : []),
    ...(differs('otlp') ? ['where spans go changes at the next start only'] : []),
    ...(differs('identity') ? ['where the certificate comes from changes at the next start only'] : []),
  ]
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
