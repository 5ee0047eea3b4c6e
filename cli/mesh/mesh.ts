import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { type Collector, createCollector } from '../../collector/collector.ts'
import { Control } from '../../control/control.ts'
import { IdentityAuthority } from '../../control/identity/identity.ts'
import { RolloutDriver } from '../../control/rollout-driver.ts'
import { ServedFile } from '../../control/served-file.ts'
import type { ForwardSettings } from '../../export/otlp/settings.ts'
import { createGraphApi, type GraphApi } from '../../graph-api/api.ts'
import { Forecaster } from '../../graph-api/backtest/forecaster.ts'
import { codeOf, describeError, TapmeshError } from '../../model/error.ts'
import { TRUST_DOMAIN_DEFAULT } from '../../model/identity.ts'
import type { Slo } from '../../model/slo.ts'
import { openStore } from '../../store/open.ts'
import { RETENTION_DEFAULTS } from '../../store/retention.ts'
import type { Store } from '../../store/store.ts'
import type { SelfTrace } from '../self-trace/start.ts'
import { ensureToken, readToken, tokenFileOf } from './token.ts'

/** Collector, API and UI in one process, since only one process may have a data folder open. */

export interface MeshOptions {
  /** Folder that holds `data/`, `wal/` and `token`. */
  home: string
  host: string
  /** 0 is any free port. */
  port: number
  collectorPort: number
  /** Names besides loopback's under which API and collector may be called. */
  allowedHosts: readonly string[]
  clickhouseUrl: string | undefined
  /** File of a token; undefined: the one in `home`, made when absent. */
  tokenFile: string | undefined
  retention: { days: number | undefined; gigabytes: number | undefined }
  /** Life of a tap's certificate, milliseconds; undefined: a day. */
  leaf_ms?: number | undefined
  slos: readonly Slo[]
  /** File that the policy is served from and changed in; undefined: API and command line change it. */
  policy?: { file: string; denialAllowed: boolean } | undefined
  /** Traces of collector and API themselves; undefined: none. */
  selfTrace?: SelfTrace | undefined
  /** Where sampled rows go as spans; undefined: nowhere. */
  forward?: ForwardSettings | undefined
  onWarning(text: string): void
}

export interface Mesh {
  readonly apiUrl: string
  readonly collectorUrl: string
  readonly token: string
  readonly tokenFile: string
  /** Where rows are kept, in words. */
  readonly store: string
  /** Ends streams and listeners, writes what waits, closes the store. */
  close(): Promise<void>
}

const ROOT = join(import.meta.dirname, '../..')
const CLOSE_GRACE_MS = 1_000
/**
 * Bodies of batches are memory outside of V8's heap, and V8 marks all of its heap the more often the more
 * of such memory comes: every three seconds at 10,000 calls/s, for a ninth of the CPU. Growth by 200 %
 * instead of some 30 % before the next time costs up to 60 MB.
 */
const HEAP_GROWTH = '--heap-growing-percent=200'

export function versionOfProject(): string {
  return (createRequire(join(ROOT, 'package.json'))('./package.json') as { version: string }).version
}

function listenFault(cause: unknown, host: string, port: number): TapmeshError {
  const where = `${host}:${port}`
  switch (codeOf(cause)) {
    case 'EADDRINUSE':
      return new TapmeshError(
        'TAPMESH_PORT_IN_USE',
        `another program listens on ${where} already`,
        'Stop it, or take another port with --port; 0 is any free one.',
        { cause },
      )
    case 'EACCES':
      return new TapmeshError(
        'TAPMESH_PORT_FORBIDDEN',
        `this user may not listen on ${where}`,
        'Take a port above 1023.',
        {
          cause,
        },
      )
    default:
      return new TapmeshError(
        'TAPMESH_ADDRESS_INVALID',
        `the API cannot listen on ${where} (${codeOf(cause)})`,
        'Take an address of this machine, 127.0.0.1 in doubt.',
        { cause },
      )
  }
}

/** Gives the port it got. @throws TapmeshError TAPMESH_PORT_IN_USE, TAPMESH_PORT_FORBIDDEN, TAPMESH_ADDRESS_INVALID */
function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(listenFault(cause, host, port)))
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function closeServer(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}

/** Without port: the guards compare names alone. */
function hostNames(allowed: readonly string[]): string[] {
  return allowed.map((name) => name.replace(/:\d+$/, ''))
}

function urlOf(host: string, port: number): string {
  // What listens everywhere is reached here under the loopback address.
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `http://${shown}:${port}`
}

interface Parts {
  store?: Store
  control?: Control
  rollouts?: RolloutDriver
  forecaster?: Forecaster
  served?: ServedFile
  collector?: Collector
  api?: GraphApi
  server?: Server
}

/** In the order that loses nothing: first nobody can ask, then nobody can send, then what waits is written. */
async function closeParts({
  api,
  server,
  collector,
  served,
  forecaster,
  rollouts,
  control,
  store,
}: Parts): Promise<void> {
  api?.close()
  if (server) await closeServer(server)
  await collector?.close()
  await served?.close()
  await forecaster?.close()
  await rollouts?.close()
  await control?.close()
  await store?.close()
}

/** Control asks it for every state, so it knows where rollouts stand before the first tap asks. */
async function openRollouts(
  store: Store,
  control: Control,
  onWarning: (text: string) => void,
): Promise<RolloutDriver> {
  const rollouts = new RolloutDriver({
    store,
    now: () => Date.now() * 1000,
    onFault: (error) => onWarning(`rollouts cannot be looked after: ${describeError(error)}`),
  })
  await rollouts.open()
  control.useOverlay(rollouts)
  rollouts.start(control)
  return rollouts
}

/** What stands over the document and the document itself are known before the first tap asks. */
async function openControl(
  { policy, onWarning }: MeshOptions,
  store: Store,
  parts: Parts,
): Promise<{ control: Control; rollouts: RolloutDriver }> {
  const control = await Control.open({ store, onWarning })
  parts.control = control
  const rollouts = await openRollouts(store, control, onWarning)
  parts.rollouts = rollouts
  parts.forecaster = new Forecaster({
    store,
    control,
    now: () => Date.now() * 1000,
    onFault: (error) => onWarning(`a forecast is missing: ${describeError(error)}`),
  })
  if (policy !== undefined) {
    const { file: path, denialAllowed } = policy
    parts.served = await ServedFile.open(control, { path, denialAllowed, onWarning })
  }
  return { control, rollouts }
}

/** The mesh's own certificates; its authority is made at the first use. */
function identityOf({ home, leaf_ms, onWarning }: MeshOptions, control: Control): IdentityAuthority {
  return new IdentityAuthority({
    folder: join(home, 'ca'),
    trustDomain: () => control.file.policy.trustDomain || TRUST_DOMAIN_DEFAULT,
    audit: ({ text, ...event }) => control.note({ ...event, before: '', after: text }),
    onWarning,
    leaf_ms,
  })
}

/** @throws TapmeshError as the store, the collector and the listeners; nothing stays open then */
export async function openMesh(options: MeshOptions): Promise<Mesh> {
  setFlagsFromString(HEAP_GROWTH)
  const { home, host, selfTrace, onWarning } = options
  const token = options.tokenFile === undefined ? ensureToken(home) : readToken(options.tokenFile)
  const hosts = hostNames(options.allowedHosts)
  const parts: Parts = {}
  try {
    const store = await openStore({ dataFolder: join(home, 'data'), url: options.clickhouseUrl })
    parts.store = store
    const { control, rollouts } = await openControl(options, store, parts)
    const identity = identityOf(options, control)
    const { days, gigabytes } = options.retention
    const collector = await createCollector({
      store,
      control,
      identity,
      folder: join(home, 'wal'),
      token,
      hosts,
      retention: {
        ...(days === undefined ? {} : { days: { ...RETENTION_DEFAULTS.days, calls: days } }),
        ...(gigabytes === undefined ? {} : { bytes_max: gigabytes * 1e9 }),
      },
      forward: options.forward,
      around: selfTrace?.listener,
      onWarning,
    })
    parts.collector = collector
    const api = createGraphApi({
      store: selfTrace?.store(store) ?? store,
      control,
      rollouts,
      joinToken: (ask) => identity.joinToken(ask),
      version: versionOfProject(),
      token,
      collectorStatus: () => collector.status(),
      onCalls: (listener) => collector.onCalls(listener),
      slos: options.slos,
      assets: join(ROOT, 'dist', 'ui'),
      hosts,
      onFault: (error) => onWarning(describeError(error)),
    })
    parts.api = api
    const server = createServer(selfTrace?.listener(api.app) ?? api.app)
    parts.server = server
    const port = await listen(server, host, options.port)
    const { port: collectorPort } = await collector.listen(options.collectorPort, host)
    return {
      apiUrl: urlOf(host, port),
      collectorUrl: urlOf(host, collectorPort),
      token,
      tokenFile: options.tokenFile ?? tokenFileOf(home),
      store:
        store.kind === 'embedded'
          ? `embedded ClickHouse ${store.engine} in ${join(home, 'data')}`
          : `ClickHouse ${store.engine}`,
      close: () => closeParts(parts),
    }
  } catch (error) {
    await closeParts(parts)
    throw error
  }
}
