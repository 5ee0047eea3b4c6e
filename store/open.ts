import { createClient } from '@clickhouse/client'
import { codeOf, TapmeshError } from '../model/error.ts'
import type { Clients } from './embedded.ts'
import { openEmbedded } from './embedded.ts'
import { storeFault } from './fault.ts'
import { insertCalls, insertLines } from './insert.ts'
import { migrate } from './migrate.ts'
import type { BoundValue, Store } from './store.ts'
import { clusterPlacement, SINGLE_NODE } from './tables.ts'

/** What a single read may cost before it is stopped. */
const READ_SECONDS_MAX = 20
const READ_BYTES_MAX = 500_000_000
const READ_THREADS = 2

export interface OpenOptions {
  /** Folder of the embedded store; made when absent. */
  dataFolder: string
  /** Address of a ClickHouse server, `http://user:password@host:8123`; then the folder is not touched. */
  url?: string | undefined
  /** Name of the cluster on that server: tables are made there, replicated. */
  cluster?: string | undefined
  /** Seconds a read may take, 20 by default. */
  readSeconds?: number
}

/** Settings stand in the statement: a client setting would stay in the embedded engine's session. */
function readSettings(seconds: number): string {
  return [
    `max_execution_time = ${seconds}`,
    `max_memory_usage = ${READ_BYTES_MAX}`,
    `max_threads = ${READ_THREADS}`,
    'output_format_json_quote_64bit_integers = 0',
  ].join(', ')
}

class ClientStore implements Store {
  readonly kind: 'embedded' | 'server'
  engine = ''
  readonly #clients: Clients
  readonly #readSettings: string
  #closed = false

  constructor(kind: 'embedded' | 'server', clients: Clients, readSeconds: number) {
    this.kind = kind
    this.#clients = clients
    this.#readSettings = readSettings(readSeconds)
  }

  async read<Row>(sql: string, bound: Readonly<Record<string, BoundValue>> = {}): Promise<Row[]> {
    try {
      const result = await this.#clients.reader.query({
        query: `${sql} SETTINGS ${this.#readSettings}`,
        format: 'JSONEachRow',
        query_params: { ...bound },
      })
      return await result.json<Row>()
    } catch (error) {
      throw storeFault('read', error)
    }
  }

  insert(table: string, lines: Buffer, token: string): Promise<void> {
    return this.#guarded(`insert into ${table}`, () => insertLines(this.#clients, table, lines, token))
  }

  insertCalls(blocks: readonly Buffer[], token: string, columns?: readonly string[]): Promise<void> {
    return this.#guarded('insert into calls', () => insertCalls(this.#clients, blocks, token, columns))
  }

  async #guarded(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      // A fault of the caller is told as it is; everything else is the store's answer.
      throw codeOf(error) === 'TAPMESH_INTERNAL' && error instanceof TapmeshError
        ? error
        : storeFault(what, error)
    }
  }

  async command(sql: string): Promise<void> {
    try {
      await this.#clients.writer.command({ query: sql })
    } catch (error) {
      throw storeFault('command', error)
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#clients.reader.close()
    await this.#clients.writer.close()
    this.#clients.release()
  }
}

function serverClients(url: string): Clients {
  try {
    const client = (): Clients['writer'] =>
      createClient({ url, request_timeout: 60_000, compression: { request: false, response: false } })
    return { writer: client(), reader: client(), blockFile: undefined, release: () => {} }
  } catch (cause) {
    throw new TapmeshError(
      'TAPMESH_STORE_UNAVAILABLE',
      `CLICKHOUSE_URL is not an address a ClickHouse server can have: ${(cause as Error).message}`,
      'Write it as http://user:password@host:8123.',
      { cause },
    )
  }
}

/**
 * Opens the store and brings its schema up to date. The same code serves the embedded engine and a
 * server; only how the clients are made differs.
 * @throws TapmeshError TAPMESH_STORE_LOCKED, TAPMESH_STORE_MISSING, TAPMESH_STORE_SCHEMA,
 *   TAPMESH_STORE_UNAVAILABLE, TAPMESH_DATA_UNWRITABLE, TAPMESH_DISK_FULL
 */
export async function openStore(options: OpenOptions): Promise<Store> {
  const { url, cluster } = options
  const clients = url ? serverClients(url) : openEmbedded(options.dataFolder)
  const store = new ClientStore(url ? 'server' : 'embedded', clients, options.readSeconds ?? READ_SECONDS_MAX)
  try {
    await migrate(store, url && cluster ? clusterPlacement(cluster) : SINGLE_NODE)
    const [row] = await store.read<{ engine: string }>('SELECT version() AS engine')
    store.engine = row?.engine ?? ''
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}
