import type { Forwarder } from '../../export/otlp/forwarder.ts'
import { OTLP_TAP } from '../../model/call.ts'
import { type AcceptedBatch, eachGoodRow } from '../ingest/accepted.ts'

/**
 * Hands rows of sampled traces to the forwarder. Rows that were spans are not sent on: their program
 * has an exporter of its own, which can send them there in full.
 */
export function forwardRows(batch: AcceptedBatch, forwarder: Forwarder): void {
  if (batch.tap === OTLP_TAP) return
  eachGoodRow(batch, (block, row) => {
    const ids = block.column('trace_id')!
    if (forwarder.takes(ids.data, ids.startOf(row))) forwarder.offer(block.record(row))
  })
}
