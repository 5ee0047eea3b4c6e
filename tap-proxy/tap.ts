import type { Admin } from './admin.ts'
import type { Events } from './events.ts'
import { openForward } from './forward/open.ts'
import { RelayCounters } from './relay/counters.ts'
import type { TapSettings } from './settings.ts'
import { TapListeners } from './tap-listeners.ts'
import { TapSinks } from './tap-sinks.ts'

/**
 * The tap's stack, from top to bottom:
 *
 *   listeners   accept, relay bytes first, observe              relay/, wire/
 *   fan         one finished call -> its route -> every sink    observe/routed-sink.ts
 *   sinks       counters, row buffer -> collector, access log   observe/, ship/, access-log.ts
 *   admin       /metrics /healthz /readyz                       admin.ts
 */
export interface Tap {
  /** One line for each listener, and what is on; for stdout. */
  describe(): string[]
  /** @throws TapmeshError where a new listener cannot be opened; then nothing has changed */
  reload(next: TapSettings): Promise<void>
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
  let admin: Admin
  try {
    await listeners.apply(settings)
    admin = await openAdmin()
  } catch (error) {
    await listeners.stop(0)
    await Promise.all([sinks.stop(0), forward?.stop(0)])
    throw error
  }

  /** Loaded only now: the first calls do not wait for the HTTP server of the admin port. */
  async function openAdmin(): Promise<Admin> {
    const { openAdmin: open } = await import('./admin.ts')
    return open({
      ...settings.admin,
      notReady: () => (stopping ? 'stopping' : listeners.notReady()),
      metrics: {
        calls: sinks.counters,
        relay,
        losses: sinks.losses,
        forward: () => forward?.counts,
        routes: () => sinks.fan.routes,
        ship: () => sinks.shipper,
        info: () => ({
          tap: settings.tap,
          service: settings.service,
          zone: settings.zone,
          version: settings.version,
        }),
      },
    })
  }

  return {
    describe: () => [...listeners.describe(), ...whatIsOn(settings), `listening admin ${admin.url}`],
    async reload(next) {
      const changed = await listeners.apply(next)
      changed.push(...sinks.apply(next))
      changed.push(...fixedUntilRestart(settings, next))
      settings = next
      events.configLoaded(changed.join('; ') || 'listeners stay')
    },
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
      await Promise.all([sinks.stop(left_ms), forward?.stop(left_ms)])
      admin.close()
      return left
    },
    stuck: () => sinks.stuck,
  }
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
