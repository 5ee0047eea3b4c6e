import { backOff_ms } from '../../net/http-peer.ts'
import type { CallDraft } from '../../protocol/call-draft.ts'
import type { Route } from '../../protocol/route/route-trie.ts'
import type { RoutedSink } from '../sink/routed-sink.ts'
import { batchHeaders, type Sender } from './batch-headers.ts'
import { isLoopback, zstd } from './compress.ts'
import { type LossCounts, type Losses, lossHeader, NO_LOSSES } from './losses.ts'
import type { Answer, Post } from './post.ts'
import { createPost } from './post.ts'
import type { Batch } from './queue.ts'
import { BatchQueue } from './queue.ts'
import type { SealedRows } from './row-buffer.ts'
import { RowBuffer } from './row-buffer.ts'
import { Spool } from './spool.ts'

/** What may change while the shipper goes on. */
export interface ShipSettings {
  url: string
  token: string | undefined
  buffer_bytes_max: number
  flush_ms: number
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
  collectorLost(reason: string, code: string): void
  collectorBack(): void
  batchRejected(status: number, text: string, rows: number): void
  /** @param total rows lost that way since the start */
  rowsLost(rows: number, total: number): void
  /** The tap ends with rows that were not sent; `error` says why they could not be kept. */
  rowsUnsent(rows: number, folder: string | undefined, error?: unknown): void
  /** What an earlier process of this tap could not send goes out now. */
  rowsRead(rows: number): void
}

export interface ShipOptions {
  sender: Sender
  /** Losses that the collector learned already under an earlier boot id. */
  told?: LossCounts
  /** Folder for what is not sent at the end; undefined: it is lost and counted. */
  spool?: string | undefined
  times?: ShipTimes
}

/** A backlog beyond this is compressed even on loopback: the budget then holds several times more. */
const BACKLOG_PLAIN_BYTES = 1_048_576
const COMPRESS_FROM_BYTES = 1024
/** How long a collector that was away already gets at the end, if what it does not take can be kept. */
const LAST_TRY_MS = 1_000
/** Reasons of one outage that are reported. */
const REASONS_MAX = 5

/**
 * Collects rows and sends them to the collector in order, one batch at a time. A call only ever writes
 * into memory; sending happens beside it, and what does not fit the budget is dropped, oldest first, and
 * counted. Only a batch that the collector examined and found bad is given up; every other refusal is a
 * fault of configuration or of the moment, and the batch waits.
 */
export class Shipper implements RoutedSink {
  readonly #sender: Sender
  readonly #times: ShipTimes
  readonly #events: ShipEvents
  readonly #losses: Losses
  readonly #lostBefore: LossCounts
  readonly #rows: RowBuffer
  readonly #queue: BatchQueue
  readonly #spool: Spool | undefined
  readonly #spoolFolder: string | undefined
  #settings: ShipSettings
  #compressAlways: boolean
  #told: LossCounts
  /** Losses as another shipper goes on from; undefined while there is none. */
  #handedOver: LossCounts | undefined
  /** Files whose batches are in the queue. */
  #spoolFiles: readonly string[] = []
  #post: Promise<Post> | undefined
  #timer: NodeJS.Timeout | undefined
  #seq = 0
  #lastSent_ms = Number.NEGATIVE_INFINITY
  #pumping: Promise<void> | undefined
  readonly #reasons = new Set<string>()
  #failures = 0
  #stopAt_ms = Number.POSITIVE_INFINITY
  #wake: (() => void) | undefined
  readonly stats = { batches: 0, rows: 0, failures: 0, quarantined: 0 }

  constructor(settings: ShipSettings, losses: Losses, events: ShipEvents, options: ShipOptions) {
    this.#settings = settings
    this.#sender = options.sender
    this.#losses = losses
    this.#lostBefore = options.told ?? NO_LOSSES
    this.#told = this.#lostBefore
    this.#events = events
    this.#times = options.times ?? SHIP_TIMES
    this.#spoolFolder = options.spool
    this.#spool = options.spool === undefined ? undefined : new Spool(options.spool, options.sender.tap)
    this.#rows = new RowBuffer(options.sender.tap, (sealed) => this.#enqueue(sealed))
    this.#queue = new BatchQueue(settings.buffer_bytes_max, (batch) => this.#dropped(batch))
    this.#compressAlways = !isLoopback(new URL(settings.url).hostname)
  }

  #dropped({ rows, kept }: Batch): void {
    // A heartbeat has no rows to lose.
    if (rows > 0) {
      this.#losses.add('overflow', rows)
      this.#events.rowsLost(rows, this.#losses.counts.overflow)
    }
    if (kept) void this.#clearSpool()
  }

  get queueBytes(): number {
    return this.#queue.bytes
  }

  get connected(): boolean {
    return this.#reasons.size === 0 && this.stats.batches > 0
  }

  call(draft: CallDraft, route: Route): void {
    this.#rows.call(draft, route)
  }

  /** Begins to flush by time; the first heartbeat introduces this tap to the collector. */
  start(): void {
    this.#beat()
    void this.#readSpool()
    this.flush()
  }

  #beat(): void {
    clearInterval(this.#timer)
    this.#timer = setInterval(() => this.flush(), this.#settings.flush_ms)
    this.#timer.unref()
  }

  /**
   * Other settings for the same collector, such as another token: the queue, the boot id, the numbers and
   * the losses go on, and what waits is tried at once.
   */
  use(settings: ShipSettings): void {
    this.#settings = settings
    this.#queue.bytes_max = settings.buffer_bytes_max
    if (this.#timer) this.#beat()
    this.#failures = 0
    this.#wake?.()
  }

  /** Seals what was written so far and sends it, or a heartbeat when it is time for one. */
  flush(): void {
    const sealed = this.#rows.take()
    if (sealed) this.#enqueue(sealed)
    else if (this.#queue.length === 0 && performance.now() - this.#lastSent_ms >= this.#times.heartbeat_ms) {
      this.#enqueue({ body: Buffer.alloc(0), rows: 0, memory: undefined })
    } else if (this.#queue.length > 0) this.#pump()
  }

  /**
   * Ends the reports of losses, since another shipper goes on with them.
   * @returns what the collector learned
   */
  handOver(): LossCounts {
    this.#handedOver = this.#told
    return this.#told
  }

  /** Sends what waits until the grace ends; the rest is kept on the disk, or counted as lost. */
  async stop(allowed_ms: number): Promise<void> {
    const kept = this.#spool !== undefined && this.#reasons.size > 0
    const grace_ms = kept ? Math.min(allowed_ms, LAST_TRY_MS) : allowed_ms
    clearInterval(this.#timer)
    this.#timer = undefined
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
    await this.#keepRest()
    const post = await this.#post
    post?.close()
  }

  /** Batches of an earlier process are the oldest. Whatever is wrong with them, new ones go on. */
  async #readSpool(): Promise<void> {
    if (!this.#spool) return
    try {
      const { batches, files } = await this.#spool.read()
      this.#spoolFiles = files
      for (const { headers, rows, body } of batches) {
        const encoding = headers['content-encoding'] === 'zstd' ? 'zstd' : 'identity'
        const seq = Number(headers['x-tapmesh-seq'])
        const bytes = body.length
        this.#queue.push({
          seq,
          rows,
          body,
          bytes,
          encoding,
          memory: undefined,
          settled: undefined,
          kept: headers,
        })
      }
      const rows = batches.reduce((sum, batch) => sum + batch.rows, 0)
      if (rows > 0) this.#events.rowsRead(rows)
      this.#pump()
    } catch (error) {
      this.#events.rowsUnsent(0, this.#spoolFolder, error)
    }
  }

  /** Files are removed when none of their batches waits any more. */
  async #clearSpool(): Promise<void> {
    if (this.#spoolFiles.length === 0 || this.#queue.batches.some(({ kept }) => kept)) return
    const files = this.#spoolFiles
    this.#spoolFiles = []
    await this.#spool!.remove(files).catch(() => {})
  }

  /** What was not sent at the end. */
  async #keepRest(): Promise<void> {
    const { rows } = this.#queue
    const untold = lossHeader(this.#lostNow(), this.#told) !== ''
    if (rows === 0 && !(untold && this.#spool)) return
    if (!this.#spool) return this.#loseRest(rows)
    try {
      await Promise.all(this.#queue.batches.map(({ settled }) => settled))
      await this.#spool.write(this.#spoolBatches())
      await this.#spool.remove(this.#spoolFiles)
      if (rows > 0) this.#events.rowsUnsent(rows, this.#spoolFolder)
    } catch (error) {
      this.#loseRest(rows, error)
    }
  }

  #loseRest(rows: number, error?: unknown): void {
    this.#losses.add('shutdown', rows)
    this.#events.rowsUnsent(rows, undefined, error)
  }

  /** The last of them, or an empty one, tells the losses. */
  #spoolBatches() {
    const waiting = this.#queue.batches.filter(({ rows }) => rows > 0)
    for (const batch of waiting) if (batch.seq === 0) batch.seq = ++this.#seq
    const own = waiting.filter(({ kept }) => !kept)
    const last = {
      seq: this.#seq,
      rows: 0,
      bytes: 0,
      encoding: 'identity',
      body: Buffer.alloc(0),
      kept: undefined,
    }
    return [...waiting, ...(own.length === 0 ? [last] : [])].map((batch) => ({
      headers: batch.kept ? { ...batch.kept } : this.#headers(batch, this.#lostNow()),
      rows: batch.rows,
      body: batch.body,
    }))
  }

  #enqueue(sealed: SealedRows): void {
    const bytes = sealed.body.length
    const batch: Batch = {
      ...sealed,
      bytes,
      seq: 0,
      encoding: 'identity',
      settled: undefined,
      kept: undefined,
    }
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
      // A heartbeat has the number of the last batch: it uses up none, so it can leave no gap.
      if (batch.seq === 0) batch.seq = batch.rows > 0 ? ++this.#seq : this.#seq
      const lost = this.#lostNow()
      const answer = await post.send(batch.body, this.#headersToSend(batch, lost))
      if (answer.kind === 'retry') {
        this.#queue.release()
        this.stats.failures++
        await this.#pause(answer)
        if (performance.now() >= this.#stopAt_ms) return
      } else this.#finish(answer, lost)
    }
  }

  #finish(answer: Exclude<Answer, { kind: 'retry' }>, lost: LossCounts): void {
    const batch = this.#queue.shift()!
    this.#failures = 0
    this.#lastSent_ms = performance.now()
    if (this.#reasons.size > 0) {
      this.#reasons.clear()
      this.#events.collectorBack()
    }
    if (batch.kept) void this.#clearSpool()
    if (answer.kind === 'stored') {
      if (!batch.kept) this.#told = lost
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
  #pause({ reason, code, wait_ms }: Extract<Answer, { kind: 'retry' }>): Promise<void> {
    if (!this.#reasons.has(reason) && this.#reasons.size < REASONS_MAX) {
      this.#reasons.add(reason)
      this.#events.collectorLost(reason, code)
    }
    const { retry_first_ms, retry_max_ms } = this.#times
    const longest_ms = Math.max(wait_ms, backOff_ms(this.#failures++, retry_first_ms, retry_max_ms))
    const left_ms = Math.max(0, this.#stopAt_ms - performance.now())
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(longest_ms, left_ms))
      timer.unref()
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #lostNow(): LossCounts {
    return this.#handedOver ?? this.#losses.snapshot()
  }

  #headers(
    batch: Pick<Batch, 'seq' | 'rows' | 'bytes'> & { encoding: string },
    lost: LossCounts,
  ): Record<string, string> {
    return batchHeaders(this.#sender, batch, lossHeader(lost, this.#lostBefore))
  }

  #headersToSend(batch: Batch, lost: LossCounts): Record<string, string> {
    const { token } = this.#settings
    return {
      ...(batch.kept ?? this.#headers(batch, lost)),
      'content-length': String(batch.body.length),
      'x-tapmesh-now': String(Date.now() * 1000),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    }
  }
}
