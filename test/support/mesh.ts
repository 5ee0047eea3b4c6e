import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Control } from '../../control/control.ts'
import { createGraphApi, type GraphApi, type GraphApiOptions } from '../../graph-api/api.ts'
import type { CallRecord } from '../../model/call.ts'
import { openStore } from '../../store/open.ts'
import { blockOf } from '../../store/row-block.ts'
import type { Store } from '../../store/store.ts'
import { record } from './record.ts'

/** A real store with a real API over HTTP, and hands to fill it. */

/** Wall clock of the tests, microseconds: 2026-09-21T14:13:20Z. */
export const NOW = 1_790_000_000_000_000
export const SECOND = 1_000_000
export const TOKEN = 'a'.repeat(64)

export async function openTestStore(): Promise<Store & { remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'tapmesh-api-'))
  const store = await openStore({ dataFolder: join(folder, 'data') })
  return Object.assign(store, {
    remove: async () => {
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  })
}

/** A store without tables, for tests that need no answers of it. */
export const EMPTY_STORE: Store = {
  kind: 'embedded',
  engine: '',
  read: async () => [],
  insert: async () => {},
  insertCalls: async () => {},
  command: async () => {},
  close: async () => {},
}

let batches = 0

/** Stores calls as the collector would, as one block. */
export async function insertCalls(store: Store, calls: readonly Partial<CallRecord>[]): Promise<void> {
  const block = blockOf(calls.map((call) => record(call)))
  await store.insertCalls([block], `test-${process.pid}-${batches++}`)
}

/** 16 hex digits of a number. */
export const spanId = (value: number): string => value.toString(16).padStart(16, '0')
export const traceId = (value: number): string => value.toString(16).padStart(32, '0')

/** One call as both taps see it: the callee's part lies inside the caller's. */
export function bothSides(call: Partial<CallRecord>, network_us: number): Partial<CallRecord>[] {
  const duration_us = call.duration_us ?? 1000
  const ts = call.ts ?? NOW
  return [
    { ...call, ts, duration_us, reporter: 'client', tap: `${call.source}@host` },
    {
      ...call,
      ts: ts + Math.floor(network_us / 2),
      duration_us: duration_us - network_us,
      reporter: 'server',
      tap: `${call.destination}@host`,
    },
  ]
}

export interface Served {
  api: GraphApi
  control: Control
  url: string
  server: Server
  /** GET, parsed as JSON, with its status. */
  get<Answer>(
    path: string,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: Answer; headers: Headers }>
  close(): Promise<void>
}

/** Serves the API on a free port of loopback. */
export async function serveApi(store: Store, options: Partial<GraphApiOptions> = {}): Promise<Served> {
  const control = options.control ?? (await Control.open({ store, now: () => NOW / 1000 }))
  const api = createGraphApi({
    store,
    control,
    version: '0.0.0',
    token: TOKEN,
    now: () => NOW,
    collectorStatus: () => ({
      ingest: {
        accepted_rows: 0,
        otlp_rows: 0,
        duplicate_batches: 0,
        quarantined_rows: 0,
        pending_segments: 0,
        pending_rows: 0,
        last_insert: null,
        last_error: null,
      },
      taps: [],
    }),
    ...options,
  })
  const server = createServer(api.app)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    api,
    control,
    url,
    server,
    get: async (path, headers = {}) => {
      const response = await fetch(url + path, { headers })
      const text = await response.text()
      return {
        status: response.status,
        body: text === '' ? undefined : JSON.parse(text),
        headers: response.headers,
      }
    },
    close: async () => {
      api.close()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await control.close()
    },
  }
}
