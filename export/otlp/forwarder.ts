import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { CallRecord } from '../../model/call.ts'
import { describeError, TapmeshError } from '../../model/error.ts'
import { type Export, openExport } from './exporter.ts'
import { createSampler, type Sampler } from './sample.ts'
import type { ForwardSettings } from './settings.ts'
import { spanOf } from './span.ts'

/** Times and sizes that tests make small. */
export interface ForwardLimits {
  /** Spans that may wait; past it the newest are dropped and counted. */
  queue_max: number
  /** Spans of one request: writing it holds whatever else the process does. */
  batch_max: number
  flush_ms: number
  timeout_ms: number
}

export const FORWARD_LIMITS: ForwardLimits = {
  queue_max: 8192,
  batch_max: 128,
  flush_ms: 2000,
  timeout_ms: 10_000,
}

/** What became of the spans. */
export interface ForwardCounts {
  sent: number
  /** Dropped because as many waited as may. */
  overflow: number
  /** Dropped because the endpoint did not take them. */
  failed: number
}

/** ExportResultCode of @opentelemetry/core: 0 is success. */
const SUCCESS = 0

/**
 * Sends sampled call records as spans to an OTLP endpoint. Offering one only ever writes into a
 * bounded list; an endpoint that is down or slow costs spans, which are counted, and nothing else.
 */
export class Forwarder {
  readonly takes: Sampler
  readonly counts: ForwardCounts = { sent: 0, overflow: 0, failed: 0 }
  readonly #export: Export
  readonly #limits: ForwardLimits
  readonly #onFailure: (text: string) => void
  readonly #timer: NodeJS.Timeout
  #waiting: ReadableSpan[] = []
  #sending: Promise<void> | undefined
  #down = false

  private constructor(
    settings: ForwardSettings,
    exported: Export,
    onFailure: (text: string) => void,
    limits: ForwardLimits,
  ) {
    this.takes = createSampler(settings.sample)
    this.#export = exported
    this.#onFailure = onFailure
    this.#limits = limits
    this.#timer = setInterval(() => this.#send(), limits.flush_ms)
    this.#timer.unref()
  }

  /**
   * @param onFailure told once when the endpoint begins to refuse
   * @throws TapmeshError TAPMESH_EXPORTER_MISSING
   */
  static async open(
    settings: ForwardSettings,
    onFailure: (text: string) => void,
    limits: ForwardLimits = FORWARD_LIMITS,
  ): Promise<Forwarder> {
    const exported = await openExport(settings.endpoint, limits.timeout_ms)
    return new Forwarder(settings, exported, onFailure, limits)
  }

  /** Takes a record that `takes` chose. */
  offer(call: CallRecord): void {
    if (this.#waiting.length >= this.#limits.queue_max) {
      this.counts.overflow++
      this.#tell(`more than ${this.#limits.queue_max} spans wait for the OTLP endpoint`)
      return
    }
    this.#waiting.push(spanOf(call, this.#export.resourceOf))
    if (this.#waiting.length >= this.#limits.batch_max) this.#send()
  }

  #send(): void {
    if (this.#sending || this.#waiting.length === 0) return
    const batch = this.#waiting.splice(0, this.#limits.batch_max)
    this.#sending = this.#exportBatch(batch).finally(() => {
      this.#sending = undefined
      if (this.#waiting.length >= this.#limits.batch_max) this.#send()
    })
  }

  async #exportBatch(batch: ReadableSpan[]): Promise<void> {
    const error = await this.#exported(batch).catch((cause: unknown) => cause)
    if (error === undefined) {
      this.counts.sent += batch.length
      this.#down = false
      return
    }
    this.counts.failed += batch.length
    this.#tell(`the OTLP endpoint does not take spans: ${(error as Error).message ?? error}`)
  }

  /** Gives what went wrong, or undefined. */
  #exported(batch: ReadableSpan[]): Promise<unknown> {
    return new Promise((resolve) => {
      this.#export.exporter.export(batch, ({ code, error }) => {
        resolve(code === SUCCESS ? undefined : (error ?? new Error('no reason was given')))
      })
    })
  }

  /** Told once until a request was taken again. */
  #tell(message: string): void {
    if (this.#down) return
    this.#down = true
    this.#onFailure(
      describeError(
        new TapmeshError(
          'TAPMESH_PEER_UNAVAILABLE',
          message,
          'What is not taken is dropped and counted; calls and records go on.',
        ),
      ),
    )
  }

  /** Sends what waits within the grace; the rest is counted as failed. */
  async stop(grace_ms: number): Promise<void> {
    clearInterval(this.#timer)
    let over = false
    const late = new Promise<void>((resolve) => {
      setTimeout(() => {
        over = true
        resolve()
      }, grace_ms).unref()
    })
    while (!over && (this.#waiting.length > 0 || this.#sending)) {
      this.#send()
      await Promise.race([this.#sending, late])
    }
    this.counts.failed += this.#waiting.length
    this.#waiting = []
    await Promise.race([this.#export.exporter.shutdown(), late])
  }
}
