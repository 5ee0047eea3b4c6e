import type { RequestListener } from 'node:http'
import type { Express, Router } from 'express'
import type { Control } from '../control/control.ts'
import type { IdentityAuthority } from '../control/identity/identity.ts'
import type { Forwarder } from '../export/otlp/forwarder.ts'
import type { ForwardSettings } from '../export/otlp/settings.ts'
import { describeError, TapmeshError } from '../model/error.ts'
import {
  applyDays,
  diskShare,
  RETENTION_DEFAULTS,
  type RetentionSettings,
  sweep,
} from '../store/retention.ts'
import type { Store } from '../store/store.ts'
import { createApp, createRouter } from './app.ts'
import { forwardRows } from './forward/rows.ts'
import { tokenGuard } from './http/guard.ts'
import { closeServer, type Listening, listenOn } from './http/listen.ts'
import type { AcceptedBatch } from './ingest/accepted.ts'
import type { BodyLimits } from './ingest/body.ts'
import { DRAIN_DEFAULTS, Drain, type DrainSettings } from './ingest/drain.ts'
import { Intake } from './ingest/intake.ts'
import { Quarantine } from './ingest/quarantine.ts'
import { type TapReport, Taps } from './ingest/taps.ts'
import { Wal } from './ingest/wal.ts'
import { type CallsListener, Live } from './live.ts'
import { registerControl } from './metrics/control-families.ts'
import { Counts, createMetrics, type Metrics } from './metrics/metrics.ts'
import { EDGES_MAX, ServiceGraph } from './metrics/service-graph.ts'
import { Otlp } from './otlp/otlp.ts'
import { Reports } from './reports.ts'

export interface CollectorOptions {
  store: Store
  /** Folder of the write-ahead log, for example `.tapmesh/wal`; made when absent. */
  folder: string
  /** What taps must present; at least 16 characters. */
  token: string
  /** Names besides loopback by which taps reach this collector. */
  hosts?: readonly string[]
  /** Bytes of the write-ahead log past which taps are asked to wait, 1 GiB by default. */
  wal_bytes_max?: number
  drain?: Partial<DrainSettings>
  body?: Partial<BodyLimits>
  retention?: Partial<RetentionSettings>
  /** The CA of the mesh; undefined: taps get no certificates here. */
  identity?: IdentityAuthority | undefined
  /** What taps are told to do; closed by who opened it. Undefined: taps are told nothing. */
  control?: Control | undefined
  /** Where sampled rows of taps go as spans; undefined: nowhere, and nothing of it is loaded. */
  forward?: ForwardSettings | undefined
  /** Put around what answers requests, for traces of the collector itself. */
  around?: ((listener: RequestListener) => RequestListener) | undefined
  /** Told in words what went wrong, once a kind until it went well again. */
  onWarning?(text: string): void
}

/** The part of `StatusAnswer` in graph-api/contract.ts that the collector knows. */
export interface CollectorStatus {
  ingest: {
    accepted_rows: number
    /** Accepted rows that came as spans by OTLP. */
    otlp_rows: number
    duplicate_batches: number
    quarantined_rows: number
    pending_segments: number
    pending_rows: number
    last_insert: string | null
    last_error: string | null
  }
  taps: TapReport[]
}

export interface Collector {
  /** `POST /v1/calls`, `/healthz`, `/readyz`, `/metrics`, to be mounted at the root of an app. */
  router: Router
  app: Express
  /** @throws TapmeshError TAPMESH_PORT_IN_USE, TAPMESH_PORT_FORBIDDEN, TAPMESH_ADDRESS_INVALID */
  listen(port: number, host?: string): Promise<Listening>
  status(): CollectorStatus
  /** Calls as they are accepted, at most 200 a second; the answer ends the listening. */
  onCalls(listener: CallsListener): () => void
  /** Writes what waits for the store now, for programs that must see their rows at once. */
  flush(): Promise<void>
  /** Stops listening, stores what it can and leaves the rest in the write-ahead log; the store stays open. */
  close(): Promise<void>
}

const SWEEP_MS = 300_000
const WAL_BYTES_MAX = 1024 ** 3
const TOKEN_LENGTH_MIN = 16
/** What waits to be forwarded gets so long when the collector ends. */
const FORWARD_GRACE_MS = 2000

class RunningCollector implements Collector {
  readonly router: Router
  readonly app: Express
  readonly #options: CollectorOptions
  readonly #retention: RetentionSettings
  readonly #wal: Wal
  readonly #counts = new Counts()
  readonly #taps = new Taps()
  readonly #quarantine = new Quarantine()
  readonly #live = new Live()
  readonly #graph: ServiceGraph
  readonly #metrics: Metrics
  readonly #otlp: Otlp
  readonly #forwarder: Forwarder | undefined
  readonly #drain: Drain
  readonly #reports: Reports
  readonly #sweeper: NodeJS.Timeout
  #lastInsert: string | null = null
  #lastError: string | null = null
  #listening: Listening | undefined
  #closed: Promise<void> | undefined

  constructor(
    options: CollectorOptions,
    wal: Wal,
    retention: RetentionSettings,
    forwarder: Forwarder | undefined,
  ) {
    this.#forwarder = forwarder
    this.#options = options
    this.#graph = new ServiceGraph(() =>
      options.onWarning?.(
        `more than ${EDGES_MAX} edges: further ones are __other__ in traces_service_graph_*`,
      ),
    )
    this.#wal = wal
    this.#retention = retention
    this.#counts.damaged_frames = wal.damaged
    this.#metrics = createMetrics({
      counts: this.#counts,
      quarantined_rows: () => this.#quarantine.rows,
      pending_segments: () => wal.sealed.length,
      pending_bytes: () => wal.pendingBytes,
      taps: () => this.#taps.list().length,
      graph: this.#graph,
      forward: () => forwarder?.counts,
      otlp_names_overflowed: () => this.#otlp.overflowed,
    })
    this.#drain = new Drain(
      wal,
      options.store,
      { ...DRAIN_DEFAULTS, ...options.drain },
      {
        stored: (rows, seconds) => this.#stored(rows, seconds),
        refused: (tap, rows, reason) => this.#quarantine.addRows(tap, rows, reason),
        failed: (error) => this.failed(error),
      },
    )
    this.#reports = new Reports(options.store, this.#taps, this.#quarantine, (error) => this.failed(error))
    const intake = this.#intake()
    this.#otlp = new Otlp({
      intake,
      quarantine: this.#quarantine,
      counts: this.#counts,
      onUnpaired: (call) => this.#graph.unpaired(call),
      onWarning: (text) => options.onWarning?.(text),
    })
    this.router = createRouter({
      checkToken: tokenGuard(options.token),
      intake,
      spans: this.#otlp.spans,
      counts: this.#counts,
      metrics: this.#metrics,
      body: options.body ?? {},
      identity: options.identity,
      control: options.control,
      trouble: () => this.#lastError,
    })
    if (options.control) registerControl(this.#metrics.registry, options.control)
    this.app = createApp(this.router, options.hosts ?? [])
    this.#sweeper = setInterval(() => void this.#sweep(), SWEEP_MS)
    this.#sweeper.unref()
    this.#drain.start()
    this.#reports.start()
  }

  #intake(): Intake {
    return new Intake(
      {
        wal: this.#wal,
        taps: this.#taps,
        quarantine: this.#quarantine,
        counts: this.#counts,
        onAccepted: (batch) => this.#accepted(batch),
        onWarning: (text) => this.#options.onWarning?.(text),
        now: Date.now,
      },
      {
        wal_bytes_max: this.#options.wal_bytes_max ?? WAL_BYTES_MAX,
        calls_days: this.#retention.days['calls'] ?? RETENTION_DEFAULTS.days['calls']!,
      },
    )
  }

  /** Everyone who looks at rows on their way to the store. */
  #accepted(batch: AcceptedBatch): void {
    this.#live.accepted(batch)
    this.#graph.add(batch)
    this.#otlp.saw(batch)
    if (this.#forwarder) forwardRows(batch, this.#forwarder)
  }

  #stored(rows: number, seconds: number): void {
    if (rows === 0) return
    this.#counts.stored_rows += rows
    this.#counts.stored_segments++
    this.#lastInsert = new Date().toISOString()
    this.#lastError = null
    this.#metrics.inserted(seconds)
  }

  /** The same trouble is told once, until it went well again; a counter says how often. */
  failed(error: unknown): void {
    const text = describeError(error)
    this.#counts.failed_inserts++
    if (this.#lastError === null) this.#options.onWarning?.(text)
    this.#lastError = text.split('\n', 1)[0]!
  }

  async #sweep(): Promise<void> {
    const { store, folder } = this.#options
    try {
      await sweep(store, this.#retention, Date.now(), await diskShare(folder))
    } catch (error) {
      this.failed(error)
    }
  }

  async listen(port: number, host = '127.0.0.1'): Promise<Listening> {
    const { around } = this.#options
    this.#listening = await listenOn(around ? around(this.app) : this.app, port, host)
    return this.#listening
  }

  status(): CollectorStatus {
    return {
      ingest: {
        accepted_rows: this.#counts.accepted_rows,
        otlp_rows: this.#counts.otlp_spans,
        duplicate_batches: this.#counts.duplicate_batches,
        quarantined_rows: this.#quarantine.rows,
        pending_segments: this.#wal.sealed.length,
        pending_rows: this.#wal.pendingRows,
        last_insert: this.#lastInsert,
        last_error: this.#lastError,
      },
      taps: this.#taps.list(),
    }
  }

  onCalls(listener: CallsListener): () => void {
    return this.#live.listen(listener)
  }

  async flush(): Promise<void> {
    await this.#drain.flush()
    await this.#reports.write()
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    clearInterval(this.#sweeper)
    this.#otlp.stop()
    // Taps that wait for a revision would hold the listener open for as long as they wait.
    this.#options.control?.waiting.close()
    await closeServer(this.#listening?.server)
    await Promise.all([this.#drain.stop(), this.#forwarder?.stop(FORWARD_GRACE_MS)])
    await this.#reports.stop()
    await this.#wal.close()
  }
}

/** Nothing of OpenTelemetry is loaded where rows are not forwarded. */
async function openForwarder(settings: ForwardSettings, onFailure: (text: string) => void) {
  const { Forwarder } = await import('../export/otlp/forwarder.ts')
  return Forwarder.open(settings, onFailure)
}

/**
 * The collector: takes batches from taps, keeps them through any crash, and feeds the store.
 * @throws TapmeshError TAPMESH_DATA_UNWRITABLE, TAPMESH_DISK_FULL, TAPMESH_TOKEN_MISSING, TAPMESH_EXPORTER_MISSING
 */
export async function createCollector(options: CollectorOptions): Promise<Collector> {
  const { store, folder, token, onWarning } = options
  if (token.length < TOKEN_LENGTH_MIN) {
    throw new TapmeshError(
      'TAPMESH_TOKEN_MISSING',
      `the collector has no token of ${TOKEN_LENGTH_MIN} characters or more`,
      'Let `tapmesh up` make one, or write 32 random hex bytes into .tapmesh/token.',
    )
  }
  const retention: RetentionSettings = { ...RETENTION_DEFAULTS, ...options.retention }
  const forwarder = options.forward && (await openForwarder(options.forward, (text) => onWarning?.(text)))
  const wal = await Wal.open(folder)
  if (wal.damaged > 0) {
    onWarning?.(`${wal.damaged} damaged stretches of the write-ahead log in ${folder} were left out`)
  }
  const collector = new RunningCollector(options, wal, retention, forwarder)
  await applyDays(store, retention.days).catch((error: unknown) => collector.failed(error))
  return collector
}
