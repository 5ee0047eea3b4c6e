import type { MetricFamily } from '../model/metric.ts'
import { randomWords } from '../net/random-words.ts'
import type { Events } from './events.ts'
import { callFamilies } from './metrics/call-families.ts'
import { forwardFamilies } from './metrics/forward-families.ts'
import { shipFamilies } from './metrics/ship-families.ts'
import { type Part, Replaceable, Watched } from './part.ts'
import type { TapSettings } from './settings.ts'
import { Losses, NO_LOSSES } from './ship/losses.ts'
import { Shipper } from './ship/ship.ts'
import { AccessLog } from './sink/access-log.ts'
import { CallCounters } from './sink/call-counters.ts'
import { LineWriter } from './sink/line-writer.ts'
import { type OpenForward, openForward } from './sink/open-span-sink.ts'
import type { RoutedSink } from './sink/routed-sink.ts'
import { CallFan } from './sink/routed-sink.ts'

const STDOUT = 1
const CLOSE_MS = 500

/** Everything that takes finished calls, open from the constructor on. */
export class TapSinks implements Part<TapSettings> {
  readonly counters = new CallCounters()
  readonly losses = new Losses()
  readonly fan: CallFan
  readonly #events: Events
  readonly #forward: OpenForward | undefined
  /** The same tap at the same collector goes on; any other change is a new shipper. */
  readonly #ship = new Replaceable(
    ({ collector, tap, service, version }: TapSettings) => [collector?.url, tap, service, version],
    (settings) => this.#openShipper(settings),
    (old, { grace_s }) => {
      // Losses that the old one could not report are reported by the new one.
      this.#told = old.handOver()
      void old.stop(grace_s * 1000)
    },
  )
  readonly #collector = new Watched(({ collector }: TapSettings) => collector)
  /** Losses that collectors learned under earlier boot ids. */
  #told = NO_LOSSES
  readonly #access = new Replaceable(
    ({ accessLog }: TapSettings) => accessLog,
    (settings) => this.#openAccessLog(settings),
    ({ writer }) => void writer.close(CLOSE_MS),
  )

  /** @throws TapmeshError TAPMESH_EXPORTER_MISSING if spans shall be forwarded and the library is missing */
  static async open(settings: TapSettings, events: Events): Promise<TapSinks> {
    return new TapSinks(settings, events, await openForward(settings.otlp, settings.tap, events.spansRefused))
  }

  /** @param forward where spans go, open as long as this tap */
  constructor(settings: TapSettings, events: Events, forward?: OpenForward) {
    this.#events = events
    this.#forward = forward
    this.fan = new CallFan(settings.limits.routes_max, [], (error) => {
      this.losses.add('fault', 1)
      events.faultContained(error)
    })
    this.apply(settings)
  }

  get shipper(): Shipper | undefined {
    return this.#ship.current
  }

  /** True while a line of the access log waits for the system, perhaps for ever. */
  get stuck(): boolean {
    return this.#access.current?.writer.busy ?? false
  }

  /** Services that calls of this tap's own service went to, as the counters know them. */
  *calledServices(): Iterable<string> {
    for (const { reporter, destination } of this.counters.all()) if (reporter === 'client') yield destination
  }

  /** Makes sinks of the settings; those that stay the same go on. */
  apply(settings: TapSettings): string[] {
    const changed: string[] = []
    const moved = this.#ship.apply(settings)
    if (this.#collector.changed(settings)) {
      if (!moved && settings.collector) this.#ship.current?.use(settings.collector)
      changed.push('collector')
    } else if (moved) changed.push('collector')
    if (this.#access.apply(settings)) changed.push('access log')
    const sinks: (RoutedSink | undefined)[] = [
      this.counters,
      this.#ship.current,
      this.#access.current?.log,
      this.#forward?.sink,
    ]
    this.fan.use(sinks.filter((sink) => sink !== undefined))
    return changed
  }

  reopenLogs(): void {
    this.#access.current?.writer.reopen()
  }

  /** Writes and sends what waits, within the grace. */
  async stop(grace_ms: number): Promise<void> {
    await Promise.all([
      this.#ship.current?.stop(grace_ms),
      this.#access.current?.writer.close(Math.min(grace_ms, CLOSE_MS)),
      this.#forward?.stop(grace_ms),
    ])
  }

  families(): MetricFamily[] {
    return [
      ...callFamilies({ calls: this.counters, routes: () => this.fan.routes }),
      ...shipFamilies({ losses: this.losses, ship: () => this.shipper }),
      ...forwardFamilies(() => this.#forward?.counts),
    ]
  }

  #openShipper({ collector, tap, service, version, control }: TapSettings): Shipper | undefined {
    if (collector === undefined) return undefined
    // A new boot id, since the numbers of the batches begin anew as well.
    const boot = Buffer.from(randomWords(2).buffer).toString('hex')
    const shipper = new Shipper(collector, this.losses, this.#events, {
      sender: { tap, service, version, boot },
      told: this.#told,
      spool: control.state_dir,
    })
    shipper.start()
    return shipper
  }

  #openAccessLog({ accessLog }: TapSettings): { writer: LineWriter; log: AccessLog } | undefined {
    if (accessLog === undefined) return undefined
    const writer = new LineWriter(accessLog.file ?? STDOUT, {
      onDrop: (lines, reason) => {
        this.losses.add('access_log', lines)
        this.#events.accessLogLost(lines, reason)
      },
    })
    return { writer, log: new AccessLog(writer, accessLog.format) }
  }
}
