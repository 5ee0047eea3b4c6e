import type { Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import type { CallsAnswer } from '../contract.ts'
import type { CallFilters } from '../schema/parameters.ts'
import { CALL_COLUMNS, type CallRow, callOf } from './call.ts'
import { type CursorPlace, encodeCursor } from './cursor.ts'
import { filterSql } from './filter.ts'
import { graphWindow } from './plan.ts'
import type { Span } from './window.ts'

const US = 1_000_000
/** The newest part of a window is searched first, then wider ones: most pages end in the first. */
const STRIDES_S = [300, 3600, 6 * 3600, 48 * 3600] as const

/** The window cut into parts, newest first, that widen as they go back. */
export function strides(span: Span): Span[] {
  const parts: Span[] = []
  let to_us = span.to_us
  for (const seconds of STRIDES_S) {
    const from_us = Math.max(span.from_us, to_us - seconds * US)
    parts.push({ from_us, to_us })
    to_us = from_us
    if (to_us <= span.from_us) return parts
  }
  parts.push({ from_us: span.from_us, to_us })
  return parts
}

const AFTER =
  "(ts, span_id, toString(reporter)) < (fromUnixTimestamp64Micro({after_us:Int64}, 'UTC'), {after_span:String}, {after_reporter:String})"

/**
 * One page of calls, newest first; rows of the same microsecond are ordered by span and reporter,
 * so that a cursor never skips or repeats one.
 * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
 */
export async function readCalls(
  store: Store,
  span: Span,
  filters: CallFilters,
  limit: number,
  after?: CursorPlace,
): Promise<CallsAnswer> {
  const filter = filterSql(filters)
  const rows: CallRow[] = []
  const newest_us = after === undefined ? span.to_us : Math.min(span.to_us, after.ts_us + 1)
  const parts = newest_us > span.from_us ? strides({ from_us: span.from_us, to_us: newest_us }) : []
  for (const part of parts) {
    if (rows.length > limit) break
    const found = await store.read<CallRow>(
      `SELECT ${CALL_COLUMNS} FROM ${DATABASE}.calls
       WHERE ts >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')
         AND ts < fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
         AND ${filter.sql} ${after === undefined ? '' : `AND ${AFTER}`}
       ORDER BY ts DESC, span_id DESC, toString(reporter) DESC LIMIT {rows:UInt32}`,
      {
        ...filter.bound,
        ...part,
        rows: limit + 1 - rows.length,
        ...(after === undefined
          ? {}
          : { after_us: after.ts_us, after_span: after.span_id, after_reporter: after.reporter }),
      },
    )
    rows.push(...found)
  }
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    window: graphWindow(span),
    calls: page.map(callOf),
    next_cursor: rows.length > limit && last ? encodeCursor(last) : null,
  }
}
