import type { Store } from '../../store/store.ts'
import { CALLS, DATABASE } from '../../store/tables.ts'
import type { StatusAnswer, StoreTable } from '../contract.ts'
import { rfc3339 } from './window.ts'

interface SizeRow {
  rows: number
  bytes: number
  oldest_us: number
  newest_us: number
}

const SIZES = `SELECT p.rows AS rows, p.bytes AS bytes, c.oldest_us AS oldest_us, c.newest_us AS newest_us
  FROM (SELECT sumIf(rows, table = '${CALLS.name}') AS rows, sum(bytes_on_disk) AS bytes
        FROM system.parts WHERE active AND database = '${DATABASE}') AS p
  CROSS JOIN (SELECT toUnixTimestamp64Micro(min(ts)) AS oldest_us, toUnixTimestamp64Micro(max(ts)) AS newest_us
              FROM ${DATABASE}.${CALLS.name}) AS c`

interface TableRow {
  table: string
  rows: number
  bytes: number
  text: string
}

/** Tables with what they hold; views hold nothing. */
const TABLES = `SELECT t.name AS table, p.rows AS rows, p.bytes AS bytes, t.create_table_query AS text
  FROM (SELECT name, create_table_query FROM system.tables
        WHERE database = '${DATABASE}' AND engine NOT LIKE '%View') AS t
  LEFT JOIN (SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS bytes
        FROM system.parts WHERE active AND database = '${DATABASE}' GROUP BY table) AS p ON p.table = t.name
  ORDER BY bytes DESC, table`

/** Each table's size and how long the store itself says that it keeps rows. */
async function readTables(store: Store): Promise<StoreTable[]> {
  const rows = await store.read<TableRow>(TABLES)
  return rows.map(({ text, ...row }) => {
    const [, days] = /TTL [^\n]*?toIntervalDay\((\d+)\)/.exec(text) ?? []
    return { ...row, kept_days: days === undefined ? null : Number(days) }
  })
}

/** How full the store is. Never throws: a store that does not answer is what a status has to say. */
export async function readStoreStatus(store: Store): Promise<StatusAnswer['store']> {
  const empty = {
    kind: store.kind,
    engine: store.engine,
    rows: 0,
    bytes: 0,
    oldest: null,
    newest: null,
    tables: [],
  }
  try {
    const [row] = await store.read<SizeRow>(SIZES)
    const tables = await readTables(store)
    if (!row || row.rows === 0) return { ...empty, tables, bytes: row?.bytes ?? 0, ok: true, error: null }
    return {
      ...empty,
      tables,
      ok: true,
      error: null,
      rows: row.rows,
      bytes: row.bytes,
      oldest: rfc3339(row.oldest_us),
      newest: rfc3339(row.newest_us),
    }
  } catch (error) {
    return { ...empty, ok: false, error: (error as Error).message }
  }
}
