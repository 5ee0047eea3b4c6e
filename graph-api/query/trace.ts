import type { Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import type { Call } from '../contract.ts'
import { CALL_COLUMNS, type CallRow, callOf } from './call.ts'

/** Most rows of one trace that are read, oldest first: 10,000 calls seen from both sides. */
export const TRACE_ROWS_MAX = 20_000

/** A row of a trace with its start as a number. */
export interface TraceRow {
  start_us: number
  call: Call
}

/** Every row of a trace, oldest first. @param trace_id 32 lower-case hex digits */
export async function readTraceRows(store: Store, trace_id: string): Promise<TraceRow[]> {
  const rows = await store.read<CallRow>(
    `SELECT ${CALL_COLUMNS} FROM ${DATABASE}.calls WHERE trace_id = {trace_id:String}
     ORDER BY ts, span_id, toString(reporter) LIMIT ${TRACE_ROWS_MAX}`,
    { trace_id },
  )
  return rows.map((row) => ({ start_us: row.ts_us, call: callOf(row) }))
}
