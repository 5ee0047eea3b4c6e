import { PbfWriter } from 'pbf'
import { codeOf } from '../../model/error.ts'

/**
 * Answers of OTLP/HTTP in the encoding of the request
 * (https://opentelemetry.io/docs/specs/otlp/#otlphttp-response): ExportTraceServiceResponse where
 * spans were taken, google.rpc.Status where the request was refused.
 */
export type OtlpEncoding = 'protobuf' | 'json'

export const CONTENT_TYPES: Readonly<Record<OtlpEncoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
}

export interface Taken {
  rejected: number
  /** Why, in words; empty where nothing was rejected. */
  reason: string
}

/** Empty where every span was taken, as the specification asks, else with `partial_success`. */
export function takenAnswer(encoding: OtlpEncoding, { rejected, reason }: Taken): Buffer {
  if (encoding === 'json') {
    const partialSuccess = { rejectedSpans: String(rejected), errorMessage: reason }
    return Buffer.from(JSON.stringify(rejected === 0 ? {} : { partialSuccess }))
  }
  if (rejected === 0) return Buffer.alloc(0)
  const writer = new PbfWriter()
  writer.writeMessage(
    1,
    (taken, inner) => {
      inner.writeVarintField(1, taken.rejected)
      inner.writeStringField(2, taken.reason)
    },
    { rejected, reason },
  )
  return Buffer.from(writer.finish())
}

/** Codes of google.rpc.Code by the status of the answer. */
const RPC_CODES: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  413: 8,
  415: 3,
  503: 14,
}
const RPC_INTERNAL = 13

/** A google.rpc.Status that says what is wrong and what to do. @param status of the HTTP answer */
export function refusedAnswer(encoding: OtlpEncoding, status: number, error: unknown): Buffer {
  const code = RPC_CODES[status] ?? RPC_INTERNAL
  const { message, hint } = error as { message: string; hint: string }
  const text = `${message} (${codeOf(error)}). ${hint}`
  if (encoding === 'json') return Buffer.from(JSON.stringify({ code, message: text }))
  const writer = new PbfWriter()
  writer.writeVarintField(1, code)
  writer.writeStringField(2, text)
  return Buffer.from(writer.finish())
}
