import type { Forwarder } from '../../export/otlp/forwarder.ts'
import { OTLP_TAP } from '../../model/call.ts'
import { placeOf } from '../../model/column.ts'
import { decodeRow } from '../../model/row.ts'
import { type AcceptedBatch, eachGoodLine } from '../ingest/accepted.ts'

const TRACE_ID = placeOf('trace_id')
const TAB = 0x09
const NEWLINE = 0x0a

/**
 * Hands rows of sampled traces to the forwarder. Rows that were spans are not sent on: their program
 * has an exporter of its own, which can send them there in full.
 */
export function forwardRows(batch: AcceptedBatch, forwarder: Forwarder): void {
  if (batch.tap === OTLP_TAP) return
  const { lines } = batch
  eachGoodLine(batch, (start) => {
    let at = start
    for (let field = 0; field < TRACE_ID; at++) if (lines[at] === TAB) field++
    const end = lines.indexOf(NEWLINE, at)
    if (forwarder.takes(lines, at)) forwarder.offer(decodeRow(lines.toString('latin1', start, end)))
    return end
  })
}
