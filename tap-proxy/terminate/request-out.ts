import { giveWide, takeWide } from '../../net/wide-buffer.ts'
import type { Draft } from '../../protocol/draft.ts'
import type { RequestHead } from '../../wire/http1/request.ts'
import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from '../../wire/trace-context.ts'
import type { RelayRuntime } from '../relay/runtime.ts'
import type { RequestBody } from './request-body.ts'
import { requestRoom, writeRequest } from './request-writer.ts'

/** Head and first bytes of most requests fit; larger ones get memory of their own for the call. */
const OWN_BYTES = 4096

/** The request as the upstream gets it: its head, written anew, and what had come of its body by then. */
export class RequestOut {
  readonly #own = Buffer.allocUnsafeSlow(OWN_BYTES)
  #bytes: Buffer = this.#own
  #length = 0
  #headLength = 0
  /** The fields in small letters; made when somebody asks, and anew after a change. */
  #lower: string | undefined

  /** What is to be sent; valid until the call is recorded. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Writes head and body[head.end..kept) with what ends the body, where it is complete. */
  write(
    head: RequestHead,
    bytes: Buffer,
    kept: number,
    request: RequestBody,
    draft: Draft,
    flags: number,
    runtime: RelayRuntime,
  ): void {
    const body = kept - head.end
    const { trailer } = request
    const room = requestRoom(head, runtime) + body + trailer.length
    if (room > OWN_BYTES) this.#bytes = takeWide(room)
    let length = writeRequest(this.#bytes, bytes, head, draft, flags, runtime)
    this.#headLength = length
    this.#lower = undefined
    if (body > 0) length += bytes.copy(this.#bytes, length, head.end, kept)
    if (trailer.length > 0) {
      this.#bytes.set(trailer, length)
      length += trailer.length
    }
    this.#length = length
  }

  /**
   * Adds `name: value\r\n` as the last field of the head; a field of that name that is there already, from
   * the client or from the attempt before, is taken out. The room for it was reserved (request-writer.ts).
   */
  addField(field: string, draft: Draft): void {
    this.#dropField(field.slice(0, field.indexOf(':') + 1), draft)
    // In front of the empty line that ends the head.
    const at = this.#headLength - 2
    this.#bytes.copyWithin(at + field.length, at, this.#length)
    this.#bytes.write(field, at, 'latin1')
    this.#length += field.length
    this.#headLength += field.length
    this.#lower = undefined
  }

  /** @param name in small letters, with its colon */
  #dropField(name: string, draft: Draft): void {
    const found = this.#lowerFields(draft).indexOf(`\r\n${name}`)
    if (found < 0) return
    const from = draft.pathEnd + found + 2
    const to = this.#bytes.indexOf('\r\n', from, 'latin1') + 2
    this.#bytes.copyWithin(from, to, this.#length)
    this.#length -= to - from
    this.#headLength -= to - from
    this.#lower = undefined
  }

  /** From the end of the path to the end of the head, one letter for each byte. */
  #lowerFields(draft: Draft): string {
    this.#lower ??= this.#bytes.toString('latin1', draft.pathEnd, this.#headLength).toLowerCase()
    return this.#lower
  }

  /** Values of every field by that name, in order. @param name in small letters, with its colon */
  fields(name: string, draft: Draft): string[] {
    const values: string[] = []
    const lower = this.#lowerFields(draft)
    const mark = `\r\n${name}`
    for (let at = lower.indexOf(mark); at >= 0; at = lower.indexOf(mark, at + mark.length)) {
      const from = at + mark.length
      const start = draft.pathEnd + from
      values.push(this.#bytes.toString('latin1', start, start + lower.indexOf('\r\n', from) - from).trim())
    }
    return values
  }

  /** Gives the next attempt a span of its own, in the draft and wherever the head names the one before. */
  changeSpan(draft: Draft, { ids, settings }: RelayRuntime): void {
    const before = Buffer.from(draft.ids.subarray(TRACE_ID_DIGITS))
    ids.write(draft.ids, TRACE_ID_DIGITS, SPAN_ID_DIGITS)
    if (settings.untouched) return
    const end = this.#headLength
    for (
      let at = this.#bytes.indexOf(before);
      at >= 0 && at < end;
      at = this.#bytes.indexOf(before, at + 1)
    ) {
      this.#bytes.set(draft.ids.subarray(TRACE_ID_DIGITS), at)
    }
  }

  /** The call is recorded: its memory goes back. */
  free(): void {
    giveWide(this.#bytes)
    this.#bytes = this.#own
    this.#length = 0
    this.#headLength = 0
    this.#lower = undefined
  }
}
