import { TapmeshError } from '../../model/error.ts'
import type { Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import { CALL_COLUMNS, type CallRow } from './call.ts'
import { strides } from './calls.ts'
import type { Span } from './window.ts'

/**
 * One call by its id, `<span_id>.<reporter>`. An id does not tell a time, so the newest part of the
 * window is searched first.
 * @throws TapmeshError TAPMESH_NOT_FOUND, TAPMESH_STORE_UNAVAILABLE
 */
export async function findCall(store: Store, id: string, span: Span): Promise<CallRow> {
  const [span_id = '', reporter = ''] = id.split('.')
  for (const part of strides(span)) {
    const [row] = await store.read<CallRow>(
      `SELECT ${CALL_COLUMNS} FROM ${DATABASE}.calls
       WHERE ts >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC') AND ts < fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
         AND span_id = {span_id:String} AND reporter = {reporter:String} ORDER BY ts DESC LIMIT 1`,
      { ...part, span_id, reporter },
    )
    if (row) return row
  }
  throw new TapmeshError(
    'TAPMESH_NOT_FOUND',
    `call ${id} is not in the store`,
    'Calls reach the store a few seconds after they end, and old ones are forgotten; name an earlier --from.',
  )
}
