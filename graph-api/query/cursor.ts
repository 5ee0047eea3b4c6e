import { REPORTERS } from '../../model/call.ts'
import { invalid } from './window.ts'

/** Place of a row in the order of /calls: start, span and reporter, all falling. */
export interface CursorPlace {
  ts_us: number
  span_id: string
  reporter: string
}

const FORM = /^(\d{1,16})\.([0-9a-f]{16})\.([a-z]{2,8})$/

/** Opaque to clients: base64url of `ts.span.reporter`. */
export function encodeCursor({ ts_us, span_id, reporter }: CursorPlace): string {
  return Buffer.from(`${ts_us}.${span_id}.${reporter}`, 'latin1').toString('base64url')
}

/** @throws TapmeshError TAPMESH_QUERY_INVALID where the cursor is not one of ours */
export function decodeCursor(text: string): CursorPlace {
  const plain = Buffer.from(text, 'base64url').toString('latin1')
  const [, ts, span_id, reporter] = FORM.exec(plain) ?? []
  const known = (REPORTERS as readonly string[]).includes(reporter ?? '')
  if (ts === undefined || span_id === undefined || reporter === undefined || !known) {
    throw invalid(
      'cursor',
      'is not a next_cursor of this API',
      'Leave it out for the first page, then pass next_cursor as it came.',
    )
  }
  return { ts_us: Number(ts), span_id, reporter }
}
