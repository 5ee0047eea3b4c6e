import { Readable } from 'node:stream'
import { createClient } from '@clickhouse/client'
import { TapmeshError } from '../../model/error.ts'
import type { Clients } from './embedded.ts'
import { openEmbedded } from './embedded.ts'
import { storeFault } from './fault.ts'
import { migrate } from './migrate.ts'
import type { BoundValue, Store } from './store.ts'
import { clusterPlacement, DATABASE, INSERT_TABLES, SINGLE_NODE } from './tables.ts'

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

const INSERT_SETTINGS = [
  'async_insert = 0',
  'insert_deduplicate = 1',
  'deduplicate_blocks_in_dependent_materialized_views = 1',
  'input_format_parallel_parsing = 0',
  // The span of a block's rows is bounded by the collector, which puts rows past retention aside.
  'max_partitions_per_insert_block = 0',
  'max_insert_threads = 1',
  'max_threads = 1',
].join(', ')

const TOKEN = /^[A-Za-z0-9_./:-]{1,200}$/

/** The statement of an insert, up to and with its format. */
export function insertStatement(tableName: string, token: string): string {
  const table = INSERT_TABLES.get(tableName)
  if (!table || !TOKEN.test(token)) {
    throw new TapmeshError(
      'TAPMESH_INTERNAL',
      `no insert into ${tableName} under token ${token}`,
      'Tables are listed in collector/store/tables.ts; a token is 1 to 200 letters, digits and ./:_-',
    )
  }
  const columns = table.columns.map((column) => column.name).join(', ')
  return `INSERT INTO ${DATABASE}.${table.name} (${columns}) SETTINGS ${INSERT_SETTINGS}, insert_deduplication_token = '${token}' FORMAT TabSeparated`
}

/** A blank line ends inline data in the embedded engine and what follows would run as SQL. */
function checkLines(lines: Buffer): void {
  if (lines.length === 0 || lines[0] === 0x0a || lines.at(-1) !== 0x0a || lines.includes('\n\n')) {
    throw new TapmeshError(
      'TAPMESH_INTERNAL',
      'an insert with an empty line, without lines, or without a last newline',
      'Rows are checked by the collector before they come here; this is a fault of tapmesh.',
    )
  }
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

  async insert(table: string, lines: Buffer, token: string): Promise<void> {
    const query = insertStatement(table, token)
    checkLines(lines)
    try {
      const { stream } = await this.#clients.writer.exec({
        query,
        values: Readable.from([lines], { objectMode: false }),
      })
      await stream.resume().toArray()
    } catch (error) {
      throw storeFault(`insert into ${table}`, error)
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
    return { writer: client(), reader: client(), release: () => {} }
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
