import { rm, writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { TapmeshError } from '../model/error.ts'
import type { Clients } from './embedded.ts'
import { CALL_COLUMNS } from './row-block.ts'
import { CALLS, DATABASE, INSERT_TABLES } from './tables.ts'

/**
 * How rows get into the store. Calls go in ClickHouse's Native format, which the embedded engine
 * reads from a file and a server from the request's body; the few lines of the small tables go as
 * they are.
 */

/** Settings stand in the statement: a client setting would stay in the embedded engine's session. */
const SETTINGS = [
  'async_insert = 0',
  'insert_deduplicate = 1',
  'deduplicate_blocks_in_dependent_materialized_views = 1',
  // The span of a block's rows is bounded by the collector, which puts rows past retention aside.
  'max_partitions_per_insert_block = 0',
  'max_insert_threads = 1',
  'max_threads = 1',
].join(', ')

const TOKEN = /^[A-Za-z0-9_./:-]{1,200}$/

/**
 * The statement of an insert up to its data: `FORMAT …` or `SELECT …` follows.
 * @param columns those that the data has, all of the table by default
 */
export function insertStatement(tableName: string, token: string, columns?: readonly string[]): string {
  const table = INSERT_TABLES.get(tableName)
  if (!table || !TOKEN.test(token)) {
    throw new TapmeshError(
      'TAPMESH_INTERNAL',
      `no insert into ${tableName} under token ${token}`,
      'Tables are listed in store/tables.ts; a token is 1 to 200 letters, digits and ./:_-',
    )
  }
  const all = table.columns.map((column) => column.name)
  if (columns?.some((name) => !all.includes(name)))
    throw broken(`no such columns of ${tableName}: ${columns}`)
  return `INSERT INTO ${DATABASE}.${table.name} (${(columns ?? all).join(', ')}) SETTINGS ${SETTINGS}, insert_deduplication_token = '${token}'`
}

/** A blank line ends inline data in the embedded engine and what follows would run as SQL. */
export function checkLines(lines: Buffer): void {
  if (lines.length === 0 || lines[0] === 0x0a || lines.at(-1) !== 0x0a || lines.includes('\n\n')) {
    throw broken('an insert with an empty line, without lines, or without a last newline')
  }
}

function broken(what: string): TapmeshError {
  return new TapmeshError(
    'TAPMESH_INTERNAL',
    what,
    'Rows are checked before they come here; this is a fault of tapmesh.',
  )
}

/** Inserts lines of TabSeparated as one block; throws what the client throws. */
export async function insertLines(
  clients: Clients,
  table: string,
  lines: Buffer,
  token: string,
): Promise<void> {
  if (table === CALLS.name) throw broken('an insert of lines into calls, which takes blocks')
  const statement = insertStatement(table, token)
  checkLines(lines)
  return send(clients, `${statement} FORMAT TabSeparated`, [lines])
}

/**
 * Inserts blocks of store/row-block.ts together as one; throws what the client throws.
 * @param columns those that the blocks have, in any order
 */
export async function insertCalls(
  clients: Clients,
  blocks: readonly Buffer[],
  token: string,
  columns: readonly string[] = CALL_COLUMNS,
): Promise<void> {
  const statement = insertStatement(CALLS.name, token, columns)
  const filled = blocks.filter((block) => block.length > 0)
  if (filled.length === 0) return
  if (!clients.blockFile) return send(clients, `${statement} FORMAT Native`, filled)
  // A file of its own a token: two inserts at once never meet.
  const file = clients.blockFile(token)
  try {
    await writeFile(file, filled, { mode: 0o600 })
    const quoted = file.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
    await clients.writer.command({
      query: `${statement} SELECT ${columns.join(', ')} FROM file('${quoted}', 'Native')`,
    })
  } finally {
    await rm(file, { force: true })
  }
}

async function send(clients: Clients, query: string, pieces: readonly Buffer[]): Promise<void> {
  const { stream } = await clients.writer.exec({
    query,
    values: Readable.from(pieces, { objectMode: false }),
  })
  await stream.resume().toArray()
}
