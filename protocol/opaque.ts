import { peek } from '../wire/tls-hello.ts'
import { type Cause, endingOfStream } from './ending.ts'
import { opaqueAttributes } from './opaque-attributes.ts'
import type { OpenCall } from './open-call.ts'
import type { Decoder, DecoderContext, Protocol } from './protocol.ts'

/** Bytes that are counted only: the connection is the call. */
class OpaqueDecoder implements Decoder {
  readonly idle = false
  readonly #context: DecoderContext
  #call: OpenCall | undefined
  #clientEnded = false
  #serverEnded = false

  constructor(context: DecoderContext, at_us: number) {
    this.#context = context
    const call = context.take('opaque', at_us)
    context.trace.ids.write(call.draft.ids, 0, 48)
    this.#call = call
    context.started(call)
  }

  client(bytes: Buffer, start: number, end: number): void {
    const { draft } = this.#call!
    if (draft.request_bytes === 0) nameByHello(draft, bytes, start, end)
    draft.request_bytes += end - start
  }

  server(_bytes: Buffer, start: number, end: number, at_us: number): void {
    const call = this.#call!
    call.answered(at_us)
    call.draft.response_bytes += end - start
  }

  clientEnded(): void {
    this.#clientEnded = true
  }

  serverEnded(): void {
    this.#serverEnded = true
  }

  close(cause: Cause, at_us: number): void {
    const call = this.#call
    if (call === undefined) return
    this.#call = undefined
    const { flags, outcome } = endingOfStream(cause, this.#clientEnded, this.#serverEnded)
    call.draft.response_flags = flags
    call.draft.outcome = outcome
    this.#context.ended(call, at_us)
  }
}

/** The name that the application's own TLS asks for (RFC 6066 section 3) says more than an address. */
function nameByHello(draft: OpenCall['draft'], bytes: Buffer, start: number, end: number): void {
  if (bytes[start] !== 0x16) return
  const hello = peek(bytes.subarray(start, end))
  if (hello.kind !== 'mesh-tls' && hello.kind !== 'foreign-tls') return
  draft.namePath(hello.sni)
  if (hello.alpn !== '') draft.attributes = opaqueAttributes('', hello.alpn)
}

export const opaque: Protocol = {
  name: 'opaque',
  open: (context, at_us) => new OpaqueDecoder(context, at_us),
}
