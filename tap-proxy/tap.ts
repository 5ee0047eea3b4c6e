import type { Admin, AdminOptions } from './admin.ts'
import type { VerdictCounts } from './control/verdict-counts.ts'
import type { Events } from './events.ts'
import { openForward } from './forward/open.ts'
import { RelayCounters } from './relay/counters.ts'
import type { TapSettings } from './settings.ts'
import { TapControl } from './tap-control.ts'
import { TapGates } from './tap-gates.ts'
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
  const listeners = new TapListeners(relay, sinks.fan, events)
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
    const parts = { relay, sinks, forward, control, verdicts: () => gates.verdicts }
    return open(adminOptions(() => settings, notReady, parts))
  }
  let admin: Admin
  try {
    await control.restore()
    await listeners.apply(settings)
    admin = await openAdmin()
    control.start()
  } catch (error) {
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
      admin.close()
      return left
    },
    stuck: () => sinks.stuck,
  }
}

interface Parts {
  relay: RelayCounters
  sinks: TapSinks
  forward: Awaited<ReturnType<typeof openForward>>
  control: TapControl
  verdicts: () => VerdictCounts | undefined
}

/** What the admin port reads and turns. @param settings those in force, since a reload changes them */
function adminOptions(
  settings: () => TapSettings,
  notReady: () => string | undefined,
  { relay, sinks, forward, control, verdicts }: Parts,
): AdminOptions {
  return {
    ...settings().admin,
    notReady,
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
  const differs = (name: 'admin' | 'otlp') => JSON.stringify(now[name]) !== JSON.stringify(next[name])
  return [
    ...(differs('admin') ? ['the admin address changes at the next start only'] : []),
    ...(differs('otlp') ? ['where spans go changes at the next start only'] : []),
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
