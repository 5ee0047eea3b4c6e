import type { ListenSockets } from '../net/listen-sockets.ts'
import type { Events } from './events.ts'
import { type Part, stopAll } from './part.ts'
import { RelayCounters } from './relay/counters.ts'
import type { TapSettings } from './settings.ts'
import { TapGates } from './tap-gates.ts'
import type { TapIdentity } from './tap-identity.ts'
import { TapListeners } from './tap-listeners.ts'
import { TapSinks } from './tap-sinks.ts'

/** Of the grace, the last part is kept for sending what the calls left behind. */
const FLUSH_SHARE = 0.2

/** How a process leaves. */
export interface Leaving {
  grace_ms: number
  /** How long a connection without a call stays open; undefined: as long as a stop usually waits. */
  idle_ms?: number | undefined
}

/** The parts that calls go through: the same in a tap of one process and in each worker. */
export class DataPath {
  readonly relay = new RelayCounters()
  readonly sinks: TapSinks
  readonly identity: TapIdentity | undefined
  readonly listeners: TapListeners
  readonly gates: TapGates
  readonly #events: Events

  /** @param identity undefined if this tap proves nothing */
  static async open(
    settings: TapSettings,
    events: Events,
    sockets: ListenSockets,
    identity: TapIdentity | undefined,
  ): Promise<DataPath> {
    return new DataPath(events, await TapSinks.open(settings, events), sockets, identity)
  }

  private constructor(
    events: Events,
    sinks: TapSinks,
    sockets: ListenSockets,
    identity: TapIdentity | undefined,
  ) {
    this.#events = events
    this.sinks = sinks
    this.identity = identity
    this.listeners = new TapListeners(this.relay, sinks.fan, events, identity, sockets)
    this.gates = new TapGates(this.listeners, this.relay)
  }

  get parts(): Part<TapSettings>[] {
    return [this.listeners, this.sinks, ...(this.identity ? [this.identity] : [])]
  }

  /** Takes an error that nobody caught: it is logged and counted, and the process serves on. */
  contain(error: unknown): void {
    this.relay.fault(error)
    this.#events.faultContained(error)
  }

  /** Lets calls end first, then every part of `parts` in turn. @returns calls that were cut */
  async leave({ grace_ms, idle_ms }: Leaving, parts: readonly Part<TapSettings>[]): Promise<number> {
    const end_ms = performance.now() + grace_ms
    const cut = await this.listeners.stop(grace_ms * (1 - FLUSH_SHARE), idle_ms)
    const others = parts.filter((part) => part !== this.listeners)
    await stopAll(others, Math.max(end_ms - performance.now(), 0))
    return cut
  }
}
