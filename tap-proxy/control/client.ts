import { setTimeout as delay } from 'node:timers/promises'
import type { TapConfigStatus } from '../../model/control.ts'
import { describeError } from '../../model/error.ts'
import { backOff_ms } from '../../net/http-peer.ts'
import { AskedServices } from './asked-services.ts'
import type { ControlPeer, PeerTimes, Pulled } from './control-peer.ts'
import { openControlPeer, PEER_TIMES } from './control-peer.ts'
import { keepState, type Owner, readKeptState } from './kept-state.ts'
import type { StateInForce } from './state-in-force.ts'

export interface ClientSettings extends Owner {
  token: string | undefined
  /** Where the last good state is kept; undefined: in memory alone. */
  file: string | undefined
}

/** What was received last. */
type LastState = Pick<TapConfigStatus, 'revision' | 'result' | 'error'>

/** Told once at each change, so that an outage is one line and not thousands. */
export interface ClientEvents {
  controlLost(reason: string): void
  controlBack(): void
  controlForbidden(status: number): void
  stateTaken(revision: string, from: 'control' | 'disk', ignored: readonly string[]): void
  stateRefused(revision: string, reason: unknown): void
  stateNotKept(error: unknown): void
  keptStateUnused(error: unknown): void
  servicesLeftOut(count: number): void
}

/** Times that tests make short. */
export interface ClientTimes extends PeerTimes {
  retry_first_ms: number
  retry_max_ms: number
  /** Between two pulls at least, however fast states change. */
  spacing_ms: number
  /** Between pulls where control does not let this tap wait. */
  poll_ms: number
  status_ms: number
  /** How often it is looked whether calls went to services not asked about yet. */
  look_ms: number
}

export const CLIENT_TIMES: ClientTimes = {
  ...PEER_TIMES,
  retry_first_ms: 1_000,
  retry_max_ms: 60_000,
  spacing_ms: 200,
  poll_ms: 10_000,
  status_ms: 60_000,
  look_ms: 5_000,
}

export const PULL_RESULTS = [
  'state',
  'same',
  'broken',
  'forbidden',
  'away',
] as const satisfies Pulled['kind'][]

const ERROR_CHARS_MAX = 1000
const IGNORED_MAX = 200

/**
 * Pulls the state of this tap from control, beside the calls: whatever control does, what is in force
 * stays until a whole good state takes its place.
 */
export class ControlClient {
  readonly #settings: ClientSettings
  readonly #state: StateInForce
  readonly #services: () => Iterable<string>
  readonly #isBypassed: () => boolean
  readonly #events: ClientEvents
  readonly #times: ClientTimes
  readonly #asked = new AskedServices()
  readonly #stopping = new AbortController()
  #wake = new AbortController()
  /** Of what was received last, good or not, and for which services: what control need not send again. */
  #seen = { etag: '', good: false, services: '' }
  #last: LastState | undefined
  #telling: Promise<void> | undefined
  #toldAll = true
  #failures = 0
  #trouble: 'away' | 'forbidden' | undefined
  #leftOut = 0
  #running: Promise<void> | undefined
  #keeping: Promise<void> = Promise.resolve()
  #peer: ControlPeer | undefined
  readonly pulls = Object.fromEntries(PULL_RESULTS.map((result) => [result, 0])) as Record<
    Pulled['kind'],
    number
  >
  nacks = 0

  /** @param services those of the listeners, and those that calls went to */
  constructor(
    settings: ClientSettings,
    state: StateInForce,
    services: () => Iterable<string>,
    isBypassed: () => boolean,
    events: ClientEvents,
    times: ClientTimes = CLIENT_TIMES,
  ) {
    this.#settings = settings
    this.#state = state
    this.#services = services
    this.#isBypassed = isBypassed
    this.#events = events
    this.#times = times
  }

  /** Takes the last good state from the disk; a file that cannot be used is told and left. */
  async restore(): Promise<void> {
    const { file } = this.#settings
    if (file === undefined) return
    try {
      const kept = await readKeptState(file, this.#settings)
      if (kept === undefined) return
      const { revision, ignored } = this.#state.take(kept.text, kept.received_ms)
      this.#asked.add(this.#services())
      this.#asked.add(kept.services)
      const sameServices = kept.services.length === this.#asked.names.length
      this.#seen = { etag: kept.etag, good: true, services: sameServices ? this.#asked.names.join() : '' }
      this.#last = { revision, result: 'ack' }
      this.#events.stateTaken(revision, 'disk', ignored)
    } catch (error) {
      this.#events.keptStateUnused(error)
    }
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wake.abort()
    this.#peer?.close()
    await this.#running
    await this.#keeping
  }

  /** Asks again at once where services came up that were not asked about. */
  look(): void {
    if (this.#asked.add(this.#services())) this.#wake.abort()
    const { leftOut } = this.#asked
    if (leftOut > 0 && this.#leftOut === 0) this.#events.servicesLeftOut(leftOut)
    this.#leftOut = leftOut
  }

  /** Tells control what is in force; where it is away, the next time will do. */
  report(): void {
    if (this.#last === undefined || this.#peer === undefined || this.#stopping.signal.aborted) return
    // One at a time: a status that nobody takes must not stand before the next pull.
    this.#toldAll = this.#telling === undefined
    this.#telling ??= this.#tell(this.#peer, this.#last).then(() => {
      this.#telling = undefined
      if (!this.#toldAll) this.report()
    })
  }

  async #tell(peer: ControlPeer, last: LastState): Promise<void> {
    const { ignored, revision: active, age_s } = this.#state
    const more = ignored.length - IGNORED_MAX
    await peer.report({
      ...last,
      active,
      ignored: more > 0 ? [...ignored.slice(0, IGNORED_MAX), `and ${more} more`] : ignored,
      age_s: Math.round(age_s),
      bypassed: this.#isBypassed() || this.#state.bypassedByControl,
    })
  }

  async #run(): Promise<void> {
    const { status_ms, look_ms, spacing_ms } = this.#times
    this.#peer = await openControlPeer({ ...this.#settings, url: this.#settings.collector }, this.#times)
    const timers = [
      setInterval(() => this.report(), status_ms).unref(),
      setInterval(() => this.look(), look_ms).unref(),
    ]
    this.look()
    while (!this.#stopping.signal.aborted) {
      this.#wake = new AbortController()
      const wait_ms = await this.#pullOnce(this.#peer)
      await delay(Math.max(spacing_ms, wait_ms), undefined, {
        ref: false,
        signal: this.#stopping.signal,
      }).catch(() => undefined)
    }
    for (const timer of timers) clearInterval(timer)
  }

  /** @returns how long to wait before the next one */
  async #pullOnce(peer: ControlPeer): Promise<number> {
    const services = this.#asked.names
    const key = services.join()
    const etag = key === this.#seen.services ? this.#seen.etag : ''
    const from = performance.now()
    const pulled = await peer.pull(services, etag, this.#wake.signal)
    if (this.#wake.signal.aborted && pulled.kind === 'away') return 0
    this.pulls[pulled.kind]++
    switch (pulled.kind) {
      case 'away':
        this.#lost(pulled)
        return Math.max(pulled.wait_ms, this.#backOff())
      case 'forbidden':
        this.#lost(pulled)
        return this.#backOff()
      case 'broken':
        this.#nack('', pulled.reason)
        this.#seen = { etag: pulled.etag, good: false, services: key }
        return pulled.etag === '' ? this.#backOff() : this.#back()
      case 'state':
        return this.#takeState(pulled, services)
      case 'same':
        if (this.#seen.good) this.#state.confirm()
        this.#back()
        return performance.now() - from < (this.#times.wait_s * 1000) / 2 ? this.#poll() : 0
    }
  }

  #takeState({ text, etag }: Extract<Pulled, { kind: 'state' }>, services: readonly string[]): number {
    const again = etag === this.#seen.etag && services.join() === this.#seen.services
    this.#seen = { etag, good: false, services: services.join() }
    try {
      const { revision, ignored } = this.#state.take(text)
      this.#seen.good = true
      this.#last = { revision, result: 'ack' }
      if (!again) this.#events.stateTaken(revision, 'control', ignored)
      this.report()
      this.#keep(text, etag, services)
    } catch (error) {
      this.#nack(etag.replace(/^(?:W\/)?"|"$/g, ''), error)
    }
    this.#back()
    // Control that sends the same state again and again does not know ETags.
    return again || etag === '' ? this.#poll() : 0
  }

  #nack(revision: string, reason: unknown): void {
    this.nacks++
    const error = (typeof reason === 'string' ? reason : describeError(reason)).slice(0, ERROR_CHARS_MAX)
    if (this.#last?.error !== error || this.#last.revision !== revision) {
      this.#events.stateRefused(revision, reason)
    }
    this.#last = { revision, result: 'nack', error }
    this.report()
  }

  #keep(text: string, etag: string, services: readonly string[]): void {
    const { file } = this.#settings
    if (file === undefined) return
    const state = { text, etag, services, received_ms: Date.now() }
    this.#keeping = this.#keeping
      .then(() => keepState(file, this.#settings, state))
      .catch((error: unknown) => this.#events.stateNotKept(error))
  }

  #lost(pulled: Extract<Pulled, { kind: 'away' | 'forbidden' }>): void {
    if (this.#trouble === pulled.kind) return
    this.#trouble = pulled.kind
    if (pulled.kind === 'away') this.#events.controlLost(pulled.reason)
    else this.#events.controlForbidden(pulled.status)
  }

  /** @returns no wait */
  #back(): number {
    this.#failures = 0
    if (this.#trouble !== undefined) this.#events.controlBack()
    this.#trouble = undefined
    return 0
  }

  #backOff(): number {
    return backOff_ms(this.#failures++, this.#times.retry_first_ms, this.#times.retry_max_ms)
  }

  #poll(): number {
    return this.#times.poll_ms * (0.75 + Math.random() / 2)
  }
}
