import { randomWords } from '../net/random-words.ts'
import type { Events } from './events.ts'
import type { TapSettings } from './settings.ts'
import { Losses, NO_LOSSES } from './ship/losses.ts'
import { Shipper } from './ship/ship.ts'
import { AccessLog } from './sink/access-log.ts'
import { CallCounters } from './sink/call-counters.ts'
import { LineWriter } from './sink/line-writer.ts'
import type { RoutedSink } from './sink/routed-sink.ts'
import { CallFan } from './sink/routed-sink.ts'

const STDOUT = 1
const CLOSE_MS = 500

/** Everything that takes finished calls, and how a reload exchanges it. */
export class TapSinks {
  readonly counters = new CallCounters()
  readonly losses = new Losses()
  readonly fan: CallFan
  readonly #events: Events
  readonly #forward: RoutedSink | undefined
  #shipper: Shipper | undefined
  #shipKey = ''
  #collectorKey = ''
  /** Losses that collectors learned under earlier boot ids. */
  #told = NO_LOSSES
  #accessWriter: LineWriter | undefined
  #accessLog: AccessLog | undefined
  #accessKey = ''

  /** @param forward sink of spans, open as long as this tap */
  constructor(settings: TapSettings, events: Events, forward?: RoutedSink) {
    this.#events = events
    this.#forward = forward
    this.fan = new CallFan(settings.limits.routes_max, [], (error) => {
      this.losses.add('fault', 1)
      events.faultContained(error)
    })
    this.apply(settings)
  }

  get shipper(): Shipper | undefined {
    return this.#shipper
  }

  /** True while a line of the access log waits for the system, perhaps for ever. */
  get stuck(): boolean {
    return this.#accessWriter?.busy ?? false
  }

  /** Makes sinks of the settings; those that stay the same go on. @returns what changed */
  apply(settings: TapSettings): string[] {
    const changed: string[] = []
    if (this.#applyCollector(settings)) changed.push('collector')
    const accessKey = JSON.stringify(settings.accessLog ?? null)
    if (accessKey !== this.#accessKey) {
      void this.#accessWriter?.close(CLOSE_MS)
      this.#openAccessLog(settings)
      this.#accessKey = accessKey
      changed.push('access log')
    }
    const sinks: (RoutedSink | undefined)[] = [this.counters, this.#shipper, this.#accessLog, this.#forward]
    this.fan.use(sinks.filter((sink) => sink !== undefined))
    return changed
  }

  /** The same tap at the same collector goes on; any other change is a new shipper. */
  #applyCollector(settings: TapSettings): boolean {
    const { collector, tap, service, version } = settings
    const whole = JSON.stringify([collector, tap, service, version])
    if (whole === this.#collectorKey) return false
    this.#collectorKey = whole
    const shipKey = JSON.stringify([collector?.url, tap, service, version])
    if (collector && this.#shipper && shipKey === this.#shipKey) this.#shipper.use(collector)
    else {
      // Losses that the old one could not report are reported by the new one.
      this.#told = this.#shipper?.handOver() ?? this.#told
      void this.#shipper?.stop(settings.grace_s * 1000)
      this.#shipper = this.#openShipper(settings)
    }
    this.#shipKey = shipKey
    return true
  }

  reopenLogs(): void {
    this.#accessWriter?.reopen()
  }

  /** Writes and sends what waits, within the grace. */
  async stop(grace_ms: number): Promise<void> {
    await Promise.all([
      this.#shipper?.stop(grace_ms),
      this.#accessWriter?.close(Math.min(grace_ms, CLOSE_MS)),
    ])
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

  #openAccessLog({ accessLog }: TapSettings): void {
    this.#accessWriter = undefined
    this.#accessLog = undefined
    if (accessLog === undefined) return
    this.#accessWriter = new LineWriter(accessLog.file ?? STDOUT, {
      onDrop: (lines, reason) => {
        this.losses.add('access_log', lines)
        this.#events.accessLogLost(lines, reason)
      },
    })
    this.#accessLog = new AccessLog(this.#accessWriter, accessLog.format)
  }
}
