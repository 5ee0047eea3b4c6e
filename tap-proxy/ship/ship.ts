import { ROW_VERSION } from '../../model/column.ts'
import { backOff_ms } from '../../net/http-peer.ts'
import type { CallDraft } from '../../protocol/call-draft.ts'
import type { Route } from '../../protocol/route/route-trie.ts'
import type { RoutedSink } from '../sink/routed-sink.ts'
import type { LossCounts, Losses } from './losses.ts'
import type { Answer, Post } from './post.ts'
import { createPost } from './post.ts'
import type { Batch } from './queue.ts'
import { BatchQueue } from './queue.ts'
import type { SealedRows } from './row-buffer.ts'
import { RowBuffer } from './row-buffer.ts'

export interface ShipSettings {
  url: string
  token: string | undefined
  buffer_bytes_max: number
  flush_ms: number
  tap: string
  service: string
  version: string
  /** 16 hex digits, new with every start. */
  boot: string
}

/** Times that tests make short. */
export interface ShipTimes {
  deadline_ms: number
  retry_first_ms: number
  retry_max_ms: number
  heartbeat_ms: number
}

export const SHIP_TIMES: ShipTimes = {
  deadline_ms: 5_000,
  retry_first_ms: 1_000,
  retry_max_ms: 60_000,
  heartbeat_ms: 10_000,
}

/** Told once at each change, so that an outage is one line and not thousands. */
export interface ShipEvents {
  collectorLost(reason: string): void
  collectorBack(): void
  batchRejected(status: number, text: string, rows: number): void
  rowsLost(rows: number): void
}

/** A backlog beyond this is compressed even on loopback: the budget then holds several times more. */
const BACKLOG_PLAIN_BYTES = 1_048_576
const COMPRESS_FROM_BYTES = 1024
const LAST_TRY_MS = 1_000

/**
 * Collects rows and sends them to the collector in order, one batch at a time. A call only ever
 * writes into memory; sending happens beside it, and what does not fit the budget is dropped,
 * oldest first, and counted.
 */
export class Shipper implements RoutedSink {
  readonly #settings: ShipSettings
  readonly #times: ShipTimes
  readonly #events: ShipEvents
  readonly #losses: Losses
  /** Losses of the time before this shipper's boot id. */
  readonly #lostBefore: LossCounts
  readonly #rows: RowBuffer
  readonly #queue: BatchQueue
  readonly #compressAlways: boolean
  #post: Promise<Post> | undefined
  #timer: NodeJS.Timeout | undefined
  #seq = 0
  #lastSent_ms = Number.NEGATIVE_INFINITY
  #pumping: Promise<void> | undefined
  #down = false
  #failures = 0
  #stopAt_ms = Number.POSITIVE_INFINITY
  #wake: (() => void) | undefined
  readonly stats = { batches: 0, rows: 0, failures: 0, quarantined: 0 }

  constructor(settings: ShipSettings, losses: Losses, events: ShipEvents, times: ShipTimes = SHIP_TIMES) {
    this.#settings = settings
    this.#losses = losses
    this.#lostBefore = losses.snapshot()
    this.#events = events
    this.#times = times
    this.#rows = new RowBuffer(settings.tap, (sealed) => this.#enqueue(sealed))
    this.#queue = new BatchQueue(settings.buffer_bytes_max, (rows) => {
      losses.add('overflow', rows)
      events.rowsLost(rows)
    })
    this.#compressAlways = !isLoopback(new URL(settings.url).hostname)
  }

  get queueBytes(): number {
    return this.#queue.bytes
  }

  get connected(): boolean {
    return !this.#down && this.stats.batches > 0
  }

  call(draft: CallDraft, route: Route): void {
    this.#rows.call(draft, route)
  }

  /** Begins to flush by time; the first heartbeat introduces this tap to the collector. */
  start(): void {
    this.#timer = setInterval(() => this.flush(), this.#settings.flush_ms)
    this.#timer.unref()
    this.flush()
  }

  /** Seals what was written so far and sends it, or a heartbeat when it is time for one. */
  flush(): void {
    const sealed = this.#rows.take()
    if (sealed) this.#enqueue(sealed)
    else if (this.#queue.length === 0 && performance.now() - this.#lastSent_ms >= this.#times.heartbeat_ms) {
      this.#enqueue({ body: Buffer.alloc(0), rows: 0, memory: undefined })
    } else if (this.#queue.length > 0) this.#pump()
  }

  /** Sends what waits until the grace ends; the rest is counted as lost. A collector that was away already gets a last try. */
  async stop(allowed_ms: number): Promise<void> {
    const grace_ms = this.#down ? Math.min(allowed_ms, LAST_TRY_MS) : allowed_ms
    clearInterval(this.#timer)
    this.#stopAt_ms = performance.now() + grace_ms
    const sealed = this.#rows.take()
    if (sealed) this.#enqueue(sealed)
    this.#wake?.()
    let late: NodeJS.Timeout | undefined
    const graceOver = new Promise<void>((resolve) => {
      late = setTimeout(resolve, grace_ms)
    })
    await Promise.race([this.#pumping, graceOver])
    clearTimeout(late)
    this.#losses.add('shutdown', this.#queue.rows)
    const post = await this.#post
    post?.close()
  }

  #enqueue(sealed: SealedRows): void {
    const batch: Batch = { ...sealed, seq: ++this.#seq, encoding: 'identity', settled: undefined }
    this.#queue.push(batch)
    const backlog = this.#compressAlways || this.#queue.bytes > BACKLOG_PLAIN_BYTES
    if (backlog && batch.body.length >= COMPRESS_FROM_BYTES) batch.settled = this.#compress(batch)
    this.#pump()
  }

  async #compress(batch: Batch): Promise<void> {
    try {
      this.#queue.replaceBody(batch, await zstd(batch.body), 'zstd')
      this.#recycle(batch)
    } catch {
      // The batch goes out as it is: compression only saves bytes.
    }
    batch.settled = undefined
  }

  #pump(): void {
    if (this.#pumping) return
    this.#pumping = this.#drain().finally(() => {
      this.#pumping = undefined
      if (this.#queue.length > 0 && performance.now() < this.#stopAt_ms) this.#pump()
    })
  }

  async #drain(): Promise<void> {
    this.#post ??= createPost(this.#settings.url, this.#times.deadline_ms)
    const post = await this.#post
    for (let batch = this.#queue.hold(); batch !== undefined; batch = this.#queue.hold()) {
      await batch.settled
      const answer = await post.send(batch.body, this.#headers(batch))
      if (answer.kind === 'retry') {
        this.#queue.release()
        this.stats.failures++
        await this.#pause(answer)
        if (performance.now() >= this.#stopAt_ms) return
      } else this.#finish(answer)
    }
  }

  #finish(answer: Exclude<Answer, { kind: 'retry' }>): void {
    const batch = this.#queue.shift()!
    this.#failures = 0
    this.#lastSent_ms = performance.now()
    if (this.#down) {
      this.#down = false
      this.#events.collectorBack()
    }
    if (answer.kind === 'stored') {
      this.#recycle(batch)
      this.stats.batches++
      this.stats.rows += batch.rows
      this.stats.quarantined += answer.quarantined
      return
    }
    this.stats.failures++
    this.#losses.add('rejected', batch.rows)
    this.#events.batchRejected(answer.status, answer.text, batch.rows)
  }

  /** Only what was read whole comes back: a refused batch may still be on its way out of the socket. */
  #recycle(batch: Batch): void {
    if (batch.memory) this.#rows.recycle(batch.memory)
    batch.memory = undefined
  }

  /** Waits between two tries. */
  #pause(answer: Extract<Answer, { kind: 'retry' }>): Promise<void> {
    if (!this.#down) {
      this.#down = true
      this.#events.collectorLost(answer.reason)
    }
    const { retry_first_ms, retry_max_ms } = this.#times
    const wait_ms = Math.max(answer.wait_ms, backOff_ms(this.#failures++, retry_first_ms, retry_max_ms))
    const left_ms = Math.max(0, this.#stopAt_ms - performance.now())
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(wait_ms, left_ms))
      timer.unref()
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #headers(batch: Batch): Record<string, string> {
    const { token, tap, service, version, boot } = this.#settings
    return {
      'content-type': 'text/tab-separated-values',
      'content-encoding': batch.encoding,
      'content-length': String(batch.body.length),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      'x-tapmesh-row-version': String(ROW_VERSION),
      'x-tapmesh-tap': headerValue(tap),
      'x-tapmesh-service': headerValue(service),
      'x-tapmesh-version': headerValue(version),
      'x-tapmesh-boot': boot,
      'x-tapmesh-seq': String(batch.seq),
      'x-tapmesh-rows': String(batch.rows),
      'x-tapmesh-now': String(Date.now() * 1000),
      'x-tapmesh-dropped': this.#losses.header(this.#lostBefore),
    }
  }
}

async function zstd(body: Buffer): Promise<Buffer> {
  const { constants, zstdCompress } = await import('node:zlib')
  return new Promise((resolve, reject) => {
    const params = { [constants.ZSTD_c_compressionLevel]: 1 }
    zstdCompress(body, { params }, (error, smaller) => (error ? reject(error) : resolve(smaller)))
  })
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname)
}

/** Names are checked when the settings are read; a byte that slips through must not break the header. */
function headerValue(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?')
}
