import type { Outcome } from '../../model/call.ts'
import { type Pipe, type ReadArea, ROOM_BYTES, WRITE, writeCopy } from '../../net/pipe.ts'
import type { Draft } from '../../protocol/draft.ts'
import { statusText } from '../../protocol/status-text.ts'
import { ChunkedReader } from '../../wire/http1/chunked.ts'
import { FAULT, FAULTS, type FaultId } from '../../wire/http1/fault.ts'
import { BODY } from '../../wire/http1/request.ts'
import { parseResponse, ResponseHead } from '../../wire/http1/response.ts'
import type { RelayRuntime } from '../relay/runtime.ts'
import type { CallHooks } from '../relay/ward.ts'
import { type AnswerEdit, editAnswer } from './answer-writer.ts'
import type { Upstream } from './upstream.ts'

/** Answers may have larger heads than requests: cookies and policies pile up (S12). */
const ANSWER_LIMITS = { head_bytes_max: 65_536, head_fields_max: 200 }
/** 1xx answers before the final one (S6). */
const INTERIMS_MAX = 10

/** What the reader needs of the call it belongs to. */
export interface AnswerHost {
  readonly draft: Draft
  readonly runtime: RelayRuntime
  readonly client: { readonly pipe: Pipe; arm(ms: number): void }
  readonly upstream: Upstream | undefined
  readonly ward: CallHooks | undefined
  readonly startedAt: number
  readonly enteredAt: number
  endedAt: number
  readonly active: boolean
  readonly headOnly: boolean
  readonly http10: boolean
  /** Protocols that the client asked to change to, in small letters. */
  readonly upgrades: readonly string[]
  readonly request: { readonly done: boolean }
  /** The client still waits for leave to send its body. */
  expecting: boolean
  persistent: boolean
  fail(status: number, flags: string, outcome: Outcome): void
  abandon(flag: string): void
  settle(): void
  /** @param to the protocol that both sides agreed on */
  startTunnel(head: Buffer, to: string): void
}

/** One head for all connections: it is read and acted on within one callback. */
const head = new ResponseHead()
const edit: AnswerEdit = { close: false, unchunk: false }

/** Reads what the upstream sends for one call and writes it on to the client. */
export class AnswerReader {
  /** The final head came. */
  begun = false
  done = false
  /** Anything at all came for this call. */
  heard = false
  body: number = BODY.none
  /** The upstream keeps its connection, and nothing came behind the answer. */
  persistent = false
  #left = 0
  #interims = 0
  #partial: Buffer | undefined
  #chunks: ChunkedReader | undefined
  #editing: ChunkedReader | undefined
  #watching: ChunkedReader | undefined
  readonly #host: AnswerHost

  constructor(host: AnswerHost) {
    this.#host = host
  }

  reset(): void {
    this.begun = false
    this.done = false
    this.heard = false
    this.body = BODY.none
    this.persistent = false
    this.#interims = 0
    this.#partial = undefined
  }

  read(area: ReadArea, length: number): void {
    const start = area.room
    this.heard = true
    this.#host.draft.response_bytes += length
    if (this.begun) this.#body(area.bytes, start, start, start + length)
    else if (this.#partial || start < ROOM_BYTES) this.#joined(area.bytes, start, start + length)
    else this.#heads(area.bytes, start, start + length)
  }

  /** A head in several pieces, or without room in front, is put together in memory of its own. */
  #joined(bytes: Buffer, start: number, end: number): void {
    const before = this.#partial?.length ?? ROOM_BYTES
    const whole = Buffer.allocUnsafeSlow(before + end - start)
    this.#partial?.copy(whole)
    bytes.copy(whole, before, start, end)
    this.#partial = undefined
    this.#heads(whole, ROOM_BYTES, whole.length)
  }

  #heads(bytes: Buffer, start: number, end: number): void {
    let at = start
    while (at < end) {
      const stop = parseResponse(bytes, at, end, head, ANSWER_LIMITS, this.#host.headOnly)
      if (stop < 0) this.#refuse(head.fault)
      else if (stop === 0) {
        this.#partial = Buffer.allocUnsafeSlow(ROOM_BYTES + end - at)
        bytes.copy(this.#partial, ROOM_BYTES, at, end)
      } else if (head.status >= 200) this.#final(bytes, end)
      else if (head.status === 101) this.#switch(bytes, at, end)
      else if (++this.#interims > INTERIMS_MAX) this.#refuse(FAULT.interim_answers_max)
      else {
        if (!this.#host.http10) this.#interim(bytes, at, stop)
        if (!this.#host.active) return
        at = stop
        continue
      }
      return
    }
  }

  /** RFC 9110 section 15.2: an interim answer is forwarded; a client of HTTP/1.0 does not know them. */
  #interim(bytes: Buffer, start: number, stop: number): void {
    const host = this.#host
    if (head.status === 100) host.expecting = false
    edit.close = false
    edit.unchunk = false
    const from = host.runtime.settings.untouched ? start : editAnswer(bytes, head, edit)
    if (writeCopy(host.client.pipe, bytes, from, stop) === WRITE.failed) host.abandon('DC')
  }

  /** RFC 9110 section 15.2.2: 101 counts only if the client asked for this protocol (S7, Q37). */
  #switch(bytes: Buffer, start: number, end: number): void {
    const { fields } = head
    const to = bytes.toString('latin1', fields.upgradeStart, fields.upgradeEnd).toLowerCase()
    if (fields.upgrades !== 1 || !fields.upgradeOption || !this.#host.upgrades.includes(to)) {
      this.#refuse(FAULT.upgrade_unasked)
      return
    }
    this.#host.draft.status = statusText(101)
    this.#host.ward?.answered(101, bytes, start, start)
    this.begun = true
    this.#host.startTunnel(Buffer.from(bytes.subarray(start, end)), to)
  }

  #final(bytes: Buffer, end: number): void {
    const host = this.#host
    const { draft, runtime } = host
    draft.status = statusText(head.status)
    draft.ttfb_us = Math.max(1, Math.round(host.enteredAt - host.startedAt))
    if (host.ward?.answered(head.status, bytes, head.start, head.end)) return
    this.begun = true
    this.body = head.body
    this.#left = head.length
    this.persistent = head.persistent
    const unchunk = host.http10 && head.body === BODY.chunked
    if (head.body === BODY.close || runtime.draining || host.expecting) host.persistent = false
    // An upstream that closes before it has all of the request will never take the rest.
    if (!head.persistent && !host.request.done) host.persistent = false
    let from = head.start
    if (runtime.settings.untouched) {
      if (!head.persistent) host.persistent = false
    } else {
      edit.close = !host.persistent
      edit.unchunk = unchunk
      from = editAnswer(bytes, head, edit)
    }
    if (head.body === BODY.chunked) {
      if (runtime.settings.untouched) this.#chunks = this.#watching ??= new ChunkedReader(true)
      else this.#chunks = this.#editing ??= new ChunkedReader()
      this.#chunks.reset(unchunk && !runtime.settings.untouched)
    }
    this.#body(bytes, from, head.end, end)
  }

  /** Body bytes[start..end); bytes[from..start) is the head, which goes out with them. */
  #body(bytes: Buffer, from: number, start: number, end: number): void {
    const host = this.#host
    let at = end
    let kept = end
    let fault: FaultId = FAULT.none
    if (this.body === BODY.length) {
      at = start + Math.min(this.#left, end - start)
      kept = at
      this.#left -= at - start
      this.done = this.#left === 0
    } else if (this.body === BODY.chunked) {
      const chunks = this.#chunks!
      at = chunks.read(bytes, start, end)
      kept = chunks.keptEnd
      fault = chunks.fault
      this.done = chunks.done
    } else if (this.body === BODY.none) {
      at = start
      kept = start
      this.done = true
    }
    if (this.done) host.endedAt = host.enteredAt
    if (this.done && at < end) this.#surplus(end - at)
    this.#send(bytes, from, kept)
    if (!host.active) return
    if (fault !== FAULT.none) {
      host.runtime.counters.answerFault(fault)
      host.fail(502, 'UPE', 'reset')
    } else if (this.done) host.settle()
  }

  /** Bytes behind the answer are dropped, and their connection with them (S4). */
  #surplus(bytes: number): void {
    const { draft, runtime } = this.#host
    this.persistent = false
    draft.response_bytes -= bytes
    runtime.counters.surplusBytes++
  }

  #send(bytes: Buffer, from: number, kept: number): void {
    const host = this.#host
    const { pipe } = host.client
    let outcome: number = kept > from ? pipe.write(bytes.subarray(from, kept)) : WRITE.done
    const trailer = this.done && this.body === BODY.chunked ? this.#chunks!.trailer : undefined
    if (trailer && trailer.length > 0 && outcome !== WRITE.failed) outcome = pipe.write(trailer)
    if (outcome === WRITE.failed) host.abandon('DC')
    else if (pipe.pendingWrites > 0) {
      // The client reads slower than the upstream sends: nothing more is read until it has caught up.
      host.upstream?.pipe?.pause()
      host.client.arm(host.runtime.limits.idle_ms)
    }
  }

  #refuse(fault: FaultId): void {
    this.#host.runtime.counters.answerFault(fault)
    this.#host.draft.finding = FAULTS[fault]!.name
    this.#host.fail(502, 'UPE', 'server_error')
  }
}
