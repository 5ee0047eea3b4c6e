import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { type CallRecord, OTLP_TAP } from '../../model/call.ts'
import { TapmeshError } from '../../model/error.ts'
import { encodeFitted, fittedRecord } from '../../model/row.ts'
import type { Intake } from '../ingest/intake.ts'
import type { Quarantine } from '../ingest/quarantine.ts'
import type { Counts } from '../metrics/metrics.ts'
import type { OtlpEncoding, Taken } from './answer.ts'
import { ProtobufFault } from './field-reader.ts'
import { JsonFault, readTraceJson } from './json.ts'
import { readTraceRequest } from './protobuf.ts'
import type { SpanRows } from './row.ts'
import { type OtlpSpan, type SpanSink, spanFault, type Values } from './span.ts'

/** Spans of one request, and bytes of the rows they make: what comes behind is rejected. */
export const SPANS_MAX = 50_000
const ROWS_BYTES_MAX = 32 * 1024 * 1024
/** A row without its longest texts, roughly. */
const ROW_BYTES = 400
/** Rows written before other requests get their turn. */
const ROWS_A_TURN = 1000

interface Parts {
  rows: SpanRows
  /** Told before spans are made into rows. */
  begin(): void
  intake: Intake
  quarantine: Quarantine
  counts: Counts
}

/** Spans of a request, and why others were left out. */
class Gathered implements SpanSink {
  readonly spans: { resource: Values; span: OtlpSpan }[] = []
  readonly rejected = new Map<string, number>()

  span(resource: Values, span: OtlpSpan): void {
    const fault =
      this.spans.length >= SPANS_MAX ? `more than ${SPANS_MAX} spans in a request` : spanFault(span)
    if (fault === undefined) this.spans.push({ resource, span })
    else this.reject(fault)
  }

  reject(reason: string): void {
    this.rejected.set(reason, (this.rejected.get(reason) ?? 0) + 1)
  }
}

/**
 * Takes the spans of a request: decoded, made into rows, and given to the same intake as the batches
 * of taps, so that they are on disk before the answer and stored exactly once. OTLP has no sequence:
 * a request that its sender repeats is new here (docs/decisions/0009-opentelemetry.md).
 */
export class OtlpSpans {
  readonly #parts: Parts
  readonly #boot = randomBytes(8).toString('hex')
  #seq = 0
  /** Sequences of requests that were not taken, to be given again: they are no gap. */
  readonly #free: number[] = []

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** @throws TapmeshError TAPMESH_BATCH_MALFORMED, and as Intake.take */
  async take(body: Buffer, encoding: OtlpEncoding): Promise<Taken> {
    const { quarantine, counts } = this.#parts
    const gathered = new Gathered()
    decode(body, encoding, gathered)
    this.#parts.begin()
    const records = await this.#records(gathered)
    let stored = 0
    let late = 0
    if (records.length > 0) {
      const taken = await this.#store(encodeFitted(records), records.length)
      stored = taken.accepted
      late = taken.quarantined
    }
    let rejected = late
    for (const [reason, spans] of gathered.rejected) {
      quarantine.addRows(OTLP_TAP, spans, `span: ${reason}`)
      rejected += spans
    }
    counts.otlp_requests++
    counts.otlp_spans += stored
    counts.otlp_rejected_spans += rejected
    const [reason] = gathered.rejected.keys()
    const outside = 'the time of a span is in the future, or before what the store keeps'
    return { rejected, reason: rejected === 0 ? '' : (reason ?? outside) }
  }

  async #records(gathered: Gathered): Promise<CallRecord[]> {
    const records: CallRecord[] = []
    let bytes = 0
    for (const { resource, span } of gathered.spans) {
      if (bytes > ROWS_BYTES_MAX) gathered.reject('the rows of the request are too large')
      else {
        const record = fittedRecord(this.#parts.rows.recordOf(resource, span))
        bytes += ROW_BYTES + record.path.length + record.route.length
        records.push(record)
        if (records.length % ROWS_A_TURN === 0) await turn()
      }
    }
    return records
  }

  async #store(body: Buffer, rows: number) {
    const seq = this.#free.pop() ?? ++this.#seq
    const about = {
      service: OTLP_TAP,
      version: '',
      now_us: 0,
      dropped: {},
      encoding: 'identity',
      format: 'blocks',
      bytes: 0,
    } as const
    try {
      return await this.#parts.intake.take({ ...about, tap: OTLP_TAP, boot: this.#boot, seq, rows }, body)
    } catch (error) {
      this.#free.push(seq)
      throw error
    }
  }
}

function decode(body: Buffer, encoding: OtlpEncoding, sink: SpanSink): void {
  try {
    if (encoding === 'json') readTraceJson(body.toString('utf8'), sink)
    else readTraceRequest(body, sink)
  } catch (cause) {
    if (!(cause instanceof ProtobufFault || cause instanceof JsonFault)) throw cause
    throw new TapmeshError(
      'TAPMESH_BATCH_MALFORMED',
      `the body is no ExportTraceServiceRequest: ${cause.message}`,
      'Send OTLP as the content-type says: application/x-protobuf or application/json.',
      { cause },
    )
  }
}
