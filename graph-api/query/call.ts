import type { CallRecord } from '../../model/call.ts'
import { COLUMNS } from '../../model/column.ts'
import type { Call } from '../contract.ts'
import { rfc3339 } from './window.ts'

/** Every column of a call; the start as microseconds, which is exact in JSON until the year 2255. */
export const CALL_COLUMNS = COLUMNS.map((column) =>
  column.name === 'ts' ? 'toUnixTimestamp64Micro(ts) AS ts_us' : column.name,
).join(', ')

export type CallRow = Omit<CallRecord, 'ts'> & { ts_us: number }

/** A stored call as the API shows it. */
export function callOf({ ts_us, ...row }: CallRow): Call {
  return { id: `${row.span_id}.${row.reporter}`, ts: rfc3339(ts_us), ...row }
}

/** A record on its way to the store as the API shows it, for the live tail. */
export function callOfRecord({ ts, ...record }: CallRecord): Call {
  return callOf({ ts_us: ts, ...record })
}
