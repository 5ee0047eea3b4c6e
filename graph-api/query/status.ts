import type { Store } from '../../collector/store/store.ts'
import { CALLS, DATABASE } from '../../collector/store/tables.ts'
import type { StatusAnswer } from '../contract.ts'
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

/** How full the store is. Never throws: a store that does not answer is what a status has to say. */
export async function readStoreStatus(store: Store): Promise<StatusAnswer['store']> {
  const empty = { kind: store.kind, engine: store.engine, rows: 0, bytes: 0, oldest: null, newest: null }
  try {
    const [row] = await store.read<SizeRow>(SIZES)
    if (!row || row.rows === 0) return { ...empty, bytes: row?.bytes ?? 0, ok: true, error: null }
    return {
      ...empty,
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
