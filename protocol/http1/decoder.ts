import { httpOutcome } from '../../model/outcome.ts'
import { type BodyWatch, giveBody, takeBody } from '../../wire/http1/body-watch.ts'
import { FAULT, FAULTS, type FaultId } from '../../wire/http1/fault.ts'
import { FIELDS_CAP } from '../../wire/http1/field-table.ts'
import { BODY, METHOD, parseRequest, RequestHead } from '../../wire/http1/request.ts'
import { parseResponse, ResponseHead } from '../../wire/http1/response.ts'
import { peek } from '../../wire/tls-hello.ts'
import type { Edits } from '../edits.ts'
import { type Cause, type Ending, endingOfCall, endingOfStream } from '../ending.ts'
import { opaqueAttributes } from '../opaque-attributes.ts'
import type { OpenCall } from '../open-call.ts'
import type { Decoder, DecoderContext } from '../protocol.ts'
import { HeadBuffer } from './head-buffer.ts'
import { requestView } from './request-view.ts'
import { statusIn } from './status-in.ts'
import { markTrace } from './trace-edit.ts'

/**
 * HTTP/1.1 (RFC 9112) as a watcher reads it: the strict parser in its watching mode. What has one
 * meaning for every reader is decoded, with a finding if a strict reader would refuse it; where two
 * readers could differ, the rest of the connection becomes one opaque call.
 */

/** Heads are watched up to this size; the relay passes larger ones on all the same. */
const LIMITS = { head_bytes_max: 256 * 1024, head_fields_max: FIELDS_CAP }

/** Requests without a complete answer that are kept apart on one connection; more are one opaque call. */
const CALLS_MAX = 1000

/** What an answer may look like, by what was asked (bits of OpenCall.expects). */
const EXPECTS = { noBody: 1, connect: 2, upgrade: 4, websocket: 8, opaque: 16 } as const

/** Heads are read and acted on within one callback, so one of each serves every connection. */
const request = new RequestHead(true)
const answer = new ResponseHead(true)

export class Http1Decoder implements Decoder {
  readonly #context: DecoderContext
  /** Calls in the order of their requests; the first one is being answered. */
  #first: OpenCall | undefined = undefined
  #last: OpenCall | undefined = undefined
  #callsOpen = 0
  /** The call whose request body is on its way. */
  #sending: OpenCall | undefined = undefined
  /** Its body, until it is complete. */
  #requestBody: BodyWatch | undefined = undefined
  #requestPart: HeadBuffer | undefined = undefined
  #requestPartAt = 0
  /** Opened by an answer that came before the request's head was complete. */
  #early: OpenCall | undefined = undefined
  #answerBody: BodyWatch | undefined = undefined
  #answerPart: HeadBuffer | undefined = undefined
  /** The call that every further byte of the client belongs to: a tunnel, or what cannot be decoded. */
  #stream: OpenCall | undefined = undefined
  #clientHeard = false
  #clientEnded = false
  /** The client ended while the service had not. */
  #clientLeft = false
  #serverEnded = false

  constructor(context: DecoderContext) {
    this.#context = context
  }

  get idle(): boolean {
    return this.#first === undefined && this.#requestPart === undefined && this.#answerPart === undefined
  }

  client(bytes: Buffer, start: number, end: number, at_us: number, edits: Edits): void {
    if (!this.#clientHeard) {
      this.#clientHeard = true
      if (this.#stream === undefined && bytes[start] === 0x16) this.#firstBytesOfTls(bytes, start, end, at_us)
    }
    let at = start
    while (at < end) {
      if (this.#stream !== undefined) {
        this.#stream.draft.request_bytes += end - at
        return
      }
      at = this.#sending
        ? this.#readRequestBody(this.#sending, bytes, at, end, at_us)
        : this.#readRequestHead(bytes, at, end, at_us, edits)
    }
  }

  server(bytes: Buffer, start: number, end: number, at_us: number): void {
    let at = start
    while (at < end) {
      const call = this.#answering() ?? this.#unasked(at_us)
      if (call === this.#stream && (call.expects & EXPECTS.opaque || call.code !== 0)) {
        if (call.answeredAt < 0) this.#streamAnswered(call, bytes, at, end, at_us)
        call.draft.response_bytes += end - at
        return
      }
      at = this.#answerBody
        ? this.#readAnswerBody(call, bytes, at, end, at_us)
        : this.#readAnswerHead(call, bytes, at, end, at_us)
    }
  }

  /** The call that the service's bytes belong to. */
  #answering(): OpenCall | undefined {
    const call = this.#first
    if (call === undefined || call.endedAt < 0) return call
    // It has its whole answer, and only its request is still on its way.
    if (this.#early === call) this.#requestPart = undefined
    this.#finish(call, call.endedAt)
    return this.#first
  }

  clientEnded(_at_us: number): void {
    this.#clientEnded = true
    this.#clientLeft = !this.#serverEnded
  }

  serverEnded(at_us: number): void {
    this.#serverEnded = true
    const call = this.#first
    if (call && this.#answerBody?.untilClose) this.#answerDone(call, at_us)
    // No answer comes any more; a stream has none, and its other direction goes on. So does a request's
    // body, which must not be read as the next request.
    for (let open = this.#first; open && open !== this.#stream; open = this.#first) {
      if (open === this.#sending) return
      if (open.endedAt >= 0) this.#finish(open, at_us)
      else this.#end(open, endingOfCall('done', this.#clientLeft), at_us)
    }
  }

  close(cause: Cause, at_us: number): void {
    if (this.#first === undefined && this.#requestPart) this.#callOfPart()
    for (let call = this.#first; call; call = this.#first) {
      if (call.endedAt >= 0) this.#end(call, { flags: '', outcome: httpOutcome(call.code) }, at_us)
      else if (call === this.#stream) this.#end(call, this.#endingOfStream(call, cause), at_us)
      else this.#end(call, endingOfCall(this.#serverEnded ? 'done' : cause, this.#clientLeft), at_us)
    }
  }

  #endingOfStream(call: OpenCall, cause: Cause): Ending {
    const ending = endingOfStream(cause, this.#clientEnded, this.#serverEnded)
    if (!(call.expects & EXPECTS.opaque)) return ending
    const flags = ending.flags === '' ? 'op' : `op,${ending.flags}`
    const known = ending.outcome === 'ok' && call.code !== 0
    return { flags, outcome: known ? httpOutcome(call.code) : ending.outcome }
  }

  /** @returns offset behind what was read */
  #readRequestHead(bytes: Buffer, start: number, end: number, at_us: number, edits: Edits): number {
    const part = this.#requestPart
    const before = part?.length ?? 0
    if (part) part.append(bytes, start, end, LIMITS.head_bytes_max)
    if (part && !part.worth) return end
    const source = part ? part.bytes : bytes
    const from = part ? 0 : start
    const shift = part ? start - before : 0
    const stop = parseRequest(source, from, part ? part.length : end, request, LIMITS)
    if (stop === 0) {
      if (!part) {
        this.#requestPart = new HeadBuffer(bytes, start, end)
        this.#requestPartAt = at_us
      }
      return end
    }
    const startedAt = part ? this.#requestPartAt : at_us
    this.#requestPart = undefined
    if (stop < 0) {
      if (!this.#isAheadOfTunnel(before, at_us)) this.#undecodable(source, from, startedAt, before, at_us)
      return start
    }
    if (this.#callsOpen >= CALLS_MAX) {
      this.#openStream(at_us, 'calls_max').draft.request_bytes = before
      return start
    }
    const early = this.#early
    this.#early = undefined
    const call = early ?? this.#open(startedAt)
    this.#begin(call, source, from, before, shift, edits)
    if (early === undefined) this.#context.started(call, requestView(source, request, call.draft))
    else if (call.endedAt >= 0 && this.#sending !== call) this.#finish(call, at_us)
    return stop + shift
  }

  /**
   * What follows a request for a tunnel and is no request was sent without waiting for the answer: it
   * belongs to the tunnel, if there will be one.
   */
  #isAheadOfTunnel(before: number, at_us: number): boolean {
    const call = this.#last
    if (call === undefined || !(call.expects & (EXPECTS.connect | EXPECTS.upgrade))) return false
    call.draft.request_bytes += before
    this.#becomeStream(call, 'before_tunnel', at_us)
    return true
  }

  #open(at_us: number): OpenCall {
    const call = this.#context.take('http', at_us)
    this.#callsOpen++
    if (this.#last) this.#last.next = call
    else this.#first = call
    this.#last = call
    return call
  }

  #begin(call: OpenCall, source: Buffer, from: number, before: number, shift: number, edits: Edits): void {
    const { draft } = call
    const { fields, method } = request
    draft.request_bytes = request.end - from
    this.#nameCall(call, source)
    markTrace(
      { bytes: source, head: request, first: from + before, shift },
      draft,
      this.#context.trace,
      edits,
    )
    if (fields.finding !== FAULT.none) draft.finding = FAULTS[fields.finding]!.name
    if (method === METHOD.head) call.expects |= EXPECTS.noBody
    else if (method === METHOD.connect) call.expects |= EXPECTS.connect
    if (fields.upgrades > 0)
      call.expects |= fields.websocket ? EXPECTS.upgrade | EXPECTS.websocket : EXPECTS.upgrade
    if (request.body === BODY.none) return
    this.#sending = call
    this.#requestBody = takeBody(request.body, request.length)
  }

  /** Keeps method and path, as far as the head that was just read has them. */
  #nameCall(call: OpenCall, source: Buffer): void {
    const { start, methodEnd, pathStart, pathEnd } = request
    if (methodEnd <= start) return
    const { draft } = call
    call.keepHead(source, start, Math.max(pathEnd, methodEnd))
    draft.methodEnd = methodEnd - start
    draft.pathStart = pathStart - start
    draft.pathEnd = Math.max(pathEnd - start, draft.pathStart)
  }

  #readRequestBody(call: OpenCall, bytes: Buffer, start: number, end: number, at_us: number): number {
    const body = this.#requestBody!
    const at = body.read(bytes, start, end)
    call.draft.request_bytes += at - start
    if (body.fault !== FAULT.none) {
      call.draft.finding = FAULTS[body.fault]!.name
      this.#dropRequestBody()
      // The answer to this request can still be read; what follows the wrong chunk cannot.
      this.#openStream(at_us, body.fault)
    } else if (body.done) {
      this.#dropRequestBody()
      if (call.endedAt >= 0) this.#finish(call, at_us)
    }
    return at
  }

  #readAnswerHead(call: OpenCall, bytes: Buffer, start: number, end: number, at_us: number): number {
    const part = this.#answerPart
    const before = part?.length ?? 0
    if (part) part.append(bytes, start, end, LIMITS.head_bytes_max)
    if (part && !part.worth) return end
    const source = part ? part.bytes : bytes
    const from = part ? 0 : start
    const noBody = (call.expects & EXPECTS.noBody) !== 0
    const stop = parseResponse(source, from, part ? part.length : end, answer, LIMITS, noBody)
    if (stop === 0) {
      if (!part) this.#answerPart = new HeadBuffer(bytes, start, end)
      call.answered(at_us)
      return end
    }
    this.#answerPart = undefined
    if (stop < 0) {
      call.answered(at_us)
      call.statusIs(statusIn(source, from, part ? part.length : end))
      call.draft.finding = FAULTS[answer.fault]!.name
      call.draft.response_bytes += before
      this.#becomeStream(call, answer.fault, at_us)
      return start
    }
    const behind = part ? start - before + stop : stop
    call.draft.response_bytes += stop - from
    if (answer.status < 200 && answer.status !== 101) {
      // An interim answer (RFC 9110 section 15.2) is not the answer: its first byte does not count.
      call.answeredAt = -1
      return behind
    }
    call.answered(at_us)
    call.statusIs(answer.status)
    this.#context.answered?.(call, source, from, stop)
    this.#answerBegun(call, at_us)
    return behind
  }

  #answerBegun(call: OpenCall, at_us: number): void {
    const tunnel = answer.status < 300 && (call.expects & EXPECTS.connect) !== 0
    if (answer.status === 101 || tunnel) {
      if (!(call.expects & (EXPECTS.upgrade | EXPECTS.connect))) {
        call.draft.finding = FAULTS[FAULT.upgrade_unasked]!.name
      }
      call.protocol = call.expects & EXPECTS.websocket ? 'websocket' : 'opaque'
      this.#dropRequestBody()
      this.#streamBegins(call, at_us)
      return
    }
    if (answer.body === BODY.none) {
      this.#answerDone(call, at_us)
      return
    }
    this.#answerBody = takeBody(answer.body, answer.length)
  }

  #readAnswerBody(call: OpenCall, bytes: Buffer, start: number, end: number, at_us: number): number {
    const body = this.#answerBody!
    const at = body.read(bytes, start, end)
    call.draft.response_bytes += at - start
    if (body.fault !== FAULT.none) {
      call.draft.finding = FAULTS[body.fault]!.name
      this.#dropAnswerBody()
      this.#becomeStream(call, body.fault, at_us)
    } else if (body.done) this.#answerDone(call, at_us)
    return at
  }

  #answerDone(call: OpenCall, at_us: number): void {
    this.#dropAnswerBody()
    call.endedAt = at_us
    if (this.#sending !== call && this.#early !== call) this.#finish(call, at_us)
  }

  #finish(call: OpenCall, at_us: number): void {
    this.#end(call, { flags: '', outcome: httpOutcome(call.code) }, at_us)
  }

  #end(call: OpenCall, { flags, outcome }: Ending, at_us: number): void {
    const { draft } = call
    draft.response_flags = flags
    draft.outcome = outcome
    this.#dropAnswerBody()
    this.#callsOpen--
    this.#first = call.next
    if (this.#last === call) this.#last = undefined
    if (this.#stream === call) this.#stream = undefined
    if (this.#sending === call) this.#dropRequestBody()
    if (this.#early === call) this.#early = undefined
    this.#context.ended(call, at_us)
  }

  #dropRequestBody(): void {
    this.#sending = undefined
    if (this.#requestBody) giveBody(this.#requestBody)
    this.#requestBody = undefined
  }

  #dropAnswerBody(): void {
    if (this.#answerBody) giveBody(this.#answerBody)
    this.#answerBody = undefined
  }

  /** Bytes of the service although no call is open: an answer to half a head, or a protocol in which it speaks first. */
  #unasked(at_us: number): OpenCall {
    if (this.#requestPart) return this.#callOfPart()
    return this.#openStream(at_us, this.#clientHeard ? 'unasked_bytes' : 'server_first')
  }

  /** The head is not complete, but is answered, or was all that came. */
  #callOfPart(): OpenCall {
    const part = this.#requestPart!
    parseRequest(part.bytes, 0, part.length, request, LIMITS)
    const call = this.#open(this.#requestPartAt)
    call.draft.request_bytes = part.length
    this.#nameCall(call, part.bytes)
    this.#startTrace(call)
    this.#context.started(call)
    this.#early = call
    return call
  }

  #startTrace(call: OpenCall): void {
    const { ids } = this.#context.trace
    ids.write(call.draft.ids, 0, 48)
  }

  /** A head that cannot be decoded: from its first byte on the connection is one opaque call. */
  #undecodable(source: Buffer, from: number, startedAt: number, before: number, at_us: number): void {
    const { fault } = request
    const http2 = fault === FAULT.version_unknown && source.toString('latin1', from, from + 4) === 'PRI '
    const call = this.#early ?? this.#open(startedAt)
    this.#early = undefined
    this.#startTrace(call)
    if (!http2) this.#nameCall(call, source)
    call.draft.finding = FAULTS[fault]!.name
    call.draft.request_bytes = before
    this.#becomeStream(call, http2 ? 'http2' : fault, at_us)
    this.#context.started(call)
  }

  #firstBytesOfTls(bytes: Buffer, start: number, end: number, at_us: number): void {
    const hello = peek(bytes.subarray(start, end))
    if (hello.kind === 'plaintext') return
    const call = this.#open(at_us)
    this.#startTrace(call)
    call.draft.finding = FAULTS[FAULT.method_invalid]!.name
    if (hello.kind !== 'more') call.draft.namePath(hello.sni)
    this.#becomeStream(call, 'tls', at_us, hello.kind === 'more' ? '' : hello.alpn)
    this.#context.started(call)
  }

  #openStream(at_us: number, reason: FaultId | string): OpenCall {
    const call = this.#open(at_us)
    this.#startTrace(call)
    this.#becomeStream(call, reason, at_us)
    this.#context.started(call)
    return call
  }

  /** What comes from now on belongs to this call and is counted only. */
  #becomeStream(call: OpenCall, reason: FaultId | string, at_us: number, alpn = ''): void {
    const text = typeof reason === 'string' ? reason : FAULTS[reason]!.name
    call.protocol = 'opaque'
    call.expects |= EXPECTS.opaque
    this.#dropRequestBody()
    this.#streamBegins(call, at_us)
    call.draft.attributes = opaqueAttributes(text, alpn)
    this.#context.opaque(text)
  }

  #streamBegins(call: OpenCall, at_us: number): void {
    // Calls behind it were asked for, but nobody can tell their answers from its own.
    for (let other = call.next; other; other = call.next) {
      call.next = other.next
      this.#callsOpen--
      if (this.#stream === other) this.#stream = undefined
      other.draft.response_flags = 'op'
      other.draft.outcome = 'unfinished'
      this.#context.ended(other, at_us)
    }
    this.#last = call
    this.#stream = call
    if (this.#requestPart && this.#early === undefined) {
      call.draft.request_bytes += this.#requestPart.length
      this.#requestPart = undefined
    }
  }

  /** The first answer on a stream that began as HTTP may still say its status. */
  #streamAnswered(call: OpenCall, bytes: Buffer, start: number, end: number, at_us: number): void {
    call.answered(at_us)
    if (call.code === 0) call.statusIs(statusIn(bytes, start, end))
  }
}
