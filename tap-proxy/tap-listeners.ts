import type { MetricFamily } from '../model/metric.ts'
import type { Address } from '../net/address.ts'
import { createAllowList } from '../net/allow.ts'
import { createCallerNames } from '../net/callers.ts'
import { systemClock } from '../net/clock.ts'
import { ServiceEndpoints } from '../net/destination.ts'
import { type EndpointSource, labelOf } from '../net/endpoint.ts'
import { listenFault } from '../net/listen-fault.ts'
import { ListenSockets } from '../net/listen-sockets.ts'
import type { MtlsRule, SecureTransport } from '../net/secure.ts'
import { createAddressSource } from '../net/source/address-source.ts'
import { TimerWheel } from '../net/timer-wheel.ts'
import type { CallSink } from '../protocol/call-draft.ts'
import type { Events } from './events.ts'
import type { Listener, ListenerDeps } from './listen/listener.ts'
import { createListener } from './listen/listener.ts'
import { relayFamilies } from './metrics/relay-families.ts'
import type { Part } from './part.ts'
import type { RelayCounters } from './relay/counters.ts'
import type { Gate, GateDoor } from './relay/ward.ts'
import type { ListenerSettings, TapSettings } from './settings.ts'

/** How long the start waits for the first answer of the resolver; after it calls are answered 503 until there is one. */
const RESOLVE_WAIT_MS = 2_000

/** How long a connection without a call stays open while its listener drains: a caller may be writing to it just now. */
const IDLE_MS = 500

/** How long a service that stops as well has to tell its clients to go. */
const INSIST_MS = 1000

/** With a successor nothing presses: only this late in the grace are busy connections asked to go. */
const LATE_SHARE = 0.9

interface OpenListener {
  settings: ListenerSettings
  listener: Listener
  destination: ServiceEndpoints
  /** Where it listens in truth, where port 0 was asked for. */
  address: Address
  /** Opened and closed by control. */
  door: GateDoor
}

/** Where control has a say, a gate for each listener it concerns. */
export interface GateMaker {
  gateFor(settings: ListenerSettings): Gate | undefined
  /** What is enforced about TLS between taps. */
  mtlsFor(settings: ListenerSettings): MtlsRule | undefined
}

/** The listeners of one tap: opened together, exchanged by a reload without closing a connection. */
export class TapListeners implements Part<TapSettings> {
  readonly #counters: RelayCounters
  readonly #sink: CallSink
  readonly #events: Events
  readonly clock = systemClock()
  readonly #wheel = new TimerWheel()
  readonly #secure: SecureTransport | undefined
  readonly #sockets: ListenSockets
  #gates: GateMaker | undefined
  #open = new Map<string, OpenListener>()

  /** @param secure TLS between taps, if this tap has an identity @param sockets where listening sockets come from */
  constructor(
    counters: RelayCounters,
    sink: CallSink,
    events: Events,
    secure?: SecureTransport,
    sockets = new ListenSockets([], events),
  ) {
    this.#secure = secure
    this.#sockets = sockets
    this.#counters = counters
    this.#sink = sink
    this.#events = events
    this.#wheel.start()
  }

  /** Other gates from the next call on; a maker that has none for a listener leaves it a plain relay. */
  govern(gates: GateMaker): void {
    this.#gates = gates
    for (const { door, settings } of this.#open.values()) {
      door.gate = gates.gateFor(settings)
      door.mtls = gates.mtlsFor(settings)
    }
  }

  /**
   * Opens what is new, changes what stays, drains what is gone. All or nothing: where one cannot be
   * opened, none changes.
   * @returns what changed, for the log
   * @throws TapmeshError of the listener that cannot be opened
   */
  async apply(tap: TapSettings): Promise<string[]> {
    const wanted = new Map(tap.listeners.map((settings, index) => [keyOf(settings, index), settings]))
    const fresh = await this.#openAll(
      [...wanted].filter(([key]) => !this.#open.has(key)),
      tap,
    )
    const changed = [...fresh.values()].map(({ settings }) => `opened ${settings.kind} ${settings.name}`)
    const gone: OpenListener[] = []
    for (const [key, open] of this.#open) {
      const settings = wanted.get(key)
      if (settings) this.#update(open, settings, tap)
      else {
        this.#open.delete(key)
        gone.push(open)
        changed.push(`closed ${open.settings.kind} ${open.settings.name}`)
      }
    }
    for (const [key, open] of fresh) this.#open.set(key, open)
    for (const open of gone) void drainOne(open, tap.grace_s * 1000)
    return changed
  }

  /** `listening inbound orders 127.0.0.1:8080 -> 127.0.0.1:3000` */
  describe(): string[] {
    return [...this.#open.values()].map(({ settings, address }) => {
      const to = settings.to.map(({ host, port }) => labelOf(host, port)).join(',')
      const opaque = settings.protocol === 'opaque' ? ' opaque' : ''
      const where = labelOf(address.host, address.port)
      return `listening ${settings.kind} ${settings.name} ${where} -> ${to || 'anywhere allowed'}${opaque}`
    })
  }

  /** Why calls would fail now, or undefined. */
  notReady(): string | undefined {
    for (const { settings, destination } of this.#open.values()) {
      if (settings.kind !== 'forward-proxy' && destination.targets().length === 0)
        return `no address of ${settings.name} is known`
    }
    return undefined
  }

  /**
   * Takes no new connections, first on the way in, then on the way out; lets calls end until the grace is
   * over, cuts the rest.
   * @param succeeded_ms given if a successor serves already, the way out too: how long a connection without a
   * call stays open @returns calls that were cut
   */
  async stop(grace_ms: number, succeeded_ms?: number): Promise<number> {
    const all = [...this.#open.values()]
    const until = performance.now() + grace_ms
    const drain = async (listeners: readonly OpenListener[]): Promise<void> => {
      const idle_ms = Math.min(succeeded_ms ?? IDLE_MS, grace_ms / 4)
      const insist_ms = succeeded_ms === undefined ? Math.min(INSIST_MS, grace_ms / 4) : grace_ms * LATE_SHARE
      const drained = Promise.all(listeners.map(({ listener }) => listener.drain(idle_ms, insist_ms)))
      await Promise.race([drained, wait(Math.max(0, until - performance.now()))])
    }
    // Calls that are still served may need the way out of this process.
    const first = succeeded_ms === undefined ? all.filter(({ settings }) => settings.kind === 'inbound') : all
    await drain(first)
    await drain(all.filter((open) => !first.includes(open)))
    const left = this.#counters.callsInFlight
    for (const open of all) closeOne(open)
    this.#wheel.stop()
    return left
  }

  families(): MetricFamily[] {
    return relayFamilies(this.#counters, this.#sockets.failures)
  }

  async #openAll(
    entries: [string, ListenerSettings][],
    tap: TapSettings,
  ): Promise<Map<string, OpenListener>> {
    const opened = new Map<string, OpenListener>()
    try {
      for (const [key, settings] of entries) opened.set(key, await this.#openOne(settings, tap))
    } catch (error) {
      for (const open of opened.values()) closeOne(open)
      throw error
    }
    await Promise.race([
      Promise.all([...opened.values()].map(({ destination }) => destination.ready)),
      wait(RESOLVE_WAIT_MS),
    ])
    return opened
  }

  async #openOne(settings: ListenerSettings, tap: TapSettings): Promise<OpenListener> {
    const destination = new ServiceEndpoints(settings.destination, this.#sourceOf(settings))
    const door: GateDoor = { gate: this.#gates?.gateFor(settings), mtls: this.#gates?.mtlsFor(settings) }
    const listener = createListener(settings, this.#deps(settings, tap, destination, door))
    try {
      return { settings, listener, destination, door, address: await listener.listen() }
    } catch (error) {
      destination.close()
      throw listenFault(error, settings.listen, `${settings.kind} ${settings.name}`)
    }
  }

  #update(open: OpenListener, settings: ListenerSettings, tap: TapSettings): void {
    if (JSON.stringify(open.settings.to) !== JSON.stringify(settings.to))
      void open.destination.follow(this.#sourceOf(settings))
    open.settings = settings
    open.door.gate = this.#gates?.gateFor(settings)
    open.door.mtls = this.#gates?.mtlsFor(settings)
    open.listener.update(settings, this.#deps(settings, tap, open.destination, open.door))
  }

  #sourceOf({ to }: ListenerSettings): EndpointSource {
    return createAddressSource(to, { onFault: this.#events.nameUnresolved })
  }

  #deps(
    settings: ListenerSettings,
    tap: TapSettings,
    destination: ServiceEndpoints,
    door: GateDoor,
  ): ListenerDeps {
    return {
      service: tap.service,
      zone: tap.zone,
      version: tap.version,
      limits: tap.limits,
      destination,
      ...(settings.kind === 'forward-proxy' ? { allow: createAllowList(settings.allow) } : {}),
      callerOf: createCallerNames(tap.callers),
      sink: this.#sink,
      counters: this.#counters,
      clock: this.clock,
      wheel: this.#wheel,
      secure: this.#secure,
      sockets: this.#sockets,
      door,
    }
  }
}

/** What makes a listener the same one after a reload; listeners on any free port are told apart by their place. */
function keyOf({ kind, listen, protocol }: ListenerSettings, index: number): string {
  const place = listen.port === 0 ? ` ${index}` : ''
  return `${kind} ${protocol} ${labelOf(listen.host, listen.port)}${place}`
}

async function drainOne(open: OpenListener, grace_ms: number): Promise<void> {
  await Promise.race([open.listener.drain(Math.min(IDLE_MS, grace_ms / 4)), wait(grace_ms)])
  closeOne(open)
}

function closeOne({ listener, destination }: OpenListener): void {
  listener.close()
  destination.close()
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
