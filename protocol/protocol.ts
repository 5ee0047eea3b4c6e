import type { Protocol as ProtocolName } from '../model/call.ts'
import type { TraceIds } from '../wire/trace-ids.ts'
import type { Edits } from './edits.ts'
import type { Cause } from './ending.ts'
import type { OpenCall } from './open-call.ts'

/**
 * What every protocol is to a tap: a decoder that sees the bytes of one connection with times and
 * makes calls of them. It never touches a socket, a timer or a clock, so the same code serves a live
 * tap, a capture file and a test.
 */
export interface Protocol {
  readonly name: ProtocolName
  /** Begins to decode one connection. @param at_us monotonic time of the connection's first sign of life */
  open(context: DecoderContext, at_us: number): Decoder
}

export interface Decoder {
  /** No call is open and no message is half read: nothing would be lost if the connection changed hands. */
  readonly idle: boolean
  /**
   * The client sent bytes[start..end), in any split. Changes for the bytes on their way to the service
   * go into `edits`; they concern this piece only, and the bytes themselves stay as they are.
   */
  client(bytes: Buffer, start: number, end: number, at_us: number, edits: Edits): void
  /** The service sent bytes[start..end), in any split. */
  server(bytes: Buffer, start: number, end: number, at_us: number): void
  /** One side has sent all it will send. */
  clientEnded(at_us: number): void
  serverEnded(at_us: number): void
  /** The connection is over: every open call ends now. */
  close(cause: Cause, at_us: number): void
}

/** The request whose head just came, for whoever judges the call; valid during `started` only. */
export interface RequestView {
  /** Values of every field by that name, in order. @param name in small letters, with its colon */
  fields(name: string): readonly string[]
  /** Bytes of the head. */
  readonly source: Buffer
  /** Where in `source` a fresh trace state names the caller (DESIGN 4.3). */
  caller(): { readonly start: number; readonly end: number } | undefined
}

/** What a decoder works with; one for each connection. */
export interface DecoderContext {
  readonly trace: TraceSettings
  /** A call for a request whose first byte came at that time. */
  take(protocol: ProtocolName, at_us: number): OpenCall
  /** The request's head is complete; the call's draft names trace, method and path. */
  started(call: OpenCall, request?: RequestView): void
  /** The final answer's head is complete, in bytes[start..end) that are valid only now; the draft has its status. */
  answered?(call: OpenCall, bytes: Buffer, start: number, end: number): void
  /** The call is over; its draft has outcome, status and flags. It must not be used any more. */
  ended(call: OpenCall, at_us: number): void
  /** From here on the connection's bytes are counted, not decoded. @param reason a word for counters and the record */
  opaque(reason: string): void
}

/** How a decoder marks calls with trace context. */
export interface TraceSettings {
  readonly ids: TraceIds
  /** Own service's name as tracestate writes it, for calls on their way out; undefined on the way in. */
  readonly stateName: Uint8Array | undefined
  /** True where not one byte may be inserted. */
  readonly untouched: boolean
}
