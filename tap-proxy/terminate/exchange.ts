import type { Outcome, Protocol } from '../../model/call.ts'
import { httpOutcome } from '../../model/outcome.ts'
import type { Endpoint } from '../../net/endpoint.ts'
import { giveLargeArea, type ReadArea, takeLargeArea, WRITE, writeCopy } from '../../net/pipe.ts'
import { Draft } from '../../protocol/draft.ts'
import { statusNumber } from '../../protocol/status-text.ts'
import { FAULT, FAULTS, type FaultId } from '../../wire/http1/fault.ts'
import { BODY, METHOD, type RequestHead } from '../../wire/http1/request.ts'
import type { RelayRuntime } from '../relay/runtime.ts'
import type { Source } from '../relay/source-book.ts'
import type { CallHooks, GatedCall } from '../relay/ward.ts'
import { type AnswerHost, AnswerReader } from './answer-reader.ts'
import { armCall, passDeadline } from './call-deadline.ts'
import { emitCall } from './emit-call.ts'
import type { ExchangeClient } from './exchange-client.ts'
import { localAnswer } from './local-answer.ts'
import { RequestBody } from './request-body.ts'
import { RequestOut } from './request-out.ts'
import type { Upstream, UpstreamUser } from './upstream.ts'

const NO_UPGRADES: readonly string[] = []

/** Names in the request's Upgrade field (RFC 9110 section 7.8). */
function upgradesIn(bytes: Buffer, { fields }: RequestHead): readonly string[] {
  const list = bytes.toString('latin1', fields.upgradeStart, fields.upgradeEnd)
  return list.split(',').map((name) => name.trim().toLowerCase())
}

/**
 * One call in progress: a request on its way to the upstream, and its answer on the way back. Used
 * again for another call once this one is recorded.
 */
export class Exchange implements UpstreamUser, AnswerHost, GatedCall {
  readonly draft = new Draft()
  readonly answer = new AnswerReader(this)
  readonly request = new RequestBody()
  readonly out = new RequestOut()
  client!: ExchangeClient
  runtime!: RelayRuntime
  upstream: Upstream | undefined = undefined
  target: Endpoint | undefined = undefined
  /** Called service where the call itself names it (forward proxy). */
  destination: string | undefined = undefined
  ward: CallHooks | undefined = undefined
  active = false
  /** Counts the calls this object has served, so that what comes late can tell whose it was. */
  serial = 0
  startedAt = 0
  /** When the answer was complete; 0 before it is. */
  endedAt = 0
  enteredAt = 0
  headOnly = false
  http10 = false
  persistent = false
  upgrades: readonly string[] = NO_UPGRADES
  /** Other addresses of the same name, if this one cannot be reached. */
  others: readonly Endpoint[] = []
  expecting = false
  clientEnded = false
  progressMark = 0
  #answerArea: ReadArea | undefined = undefined

  /**
   * Starts a call; the draft's trace ids are the caller's to fill.
   * @param started_us monotonic time of its first byte @param now_us of this work
   */
  open(client: ExchangeClient, started_us: number, now_us: number): void {
    this.client = client
    this.runtime = client.runtime
    this.active = true
    this.serial++
    this.startedAt = started_us
    this.endedAt = 0
    this.enteredAt = now_us
    this.upstream = undefined
    this.target = undefined
    this.destination = undefined
    this.ward = undefined
    this.headOnly = false
    this.http10 = false
    this.persistent = false
    this.upgrades = NO_UPGRADES
    this.others = []
    this.expecting = false
    this.clientEnded = false
    this.progressMark = 0
    this.draft.reset()
    this.answer.reset()
    this.request.clear()
    this.runtime.counters.callsInFlight++
  }

  /**
   * Takes the head just parsed, with what came of its body, and prepares what the upstream gets.
   * @returns offset of the first byte behind what was used
   */
  prepare(head: RequestHead, bytes: Buffer, start: number, end: number, flags: number): number {
    const { request, runtime } = this
    this.headOnly = head.method === METHOD.head
    this.http10 = head.http10
    this.persistent = head.persistent
    if (head.upgrade) this.upgrades = upgradesIn(bytes, head)
    let at = head.end
    let kept = at
    if (head.body !== BODY.none) {
      request.begin(head, runtime.settings.untouched)
      if (end > at) {
        at = request.read(bytes, head.end, end)
        kept = request.keptEnd
      }
      this.expecting = head.fields.expectContinue && end === head.end && !head.http10
    }
    this.out.write(head, bytes, kept, request, this.draft, flags, runtime)
    this.draft.request_bytes = at - start
    return at
  }

  get source(): Source {
    return this.client.source
  }

  /** Sends what was prepared, unless a gate has a say in it. */
  admit(target: Endpoint, targets: readonly Endpoint[]): void {
    const { gate } = this.runtime.door
    if (gate === undefined) this.dispatch(target)
    else gate.admit(this, target, targets)
  }

  hold(): void {
    this.client.pipe.pause()
    this.client.arm(0)
    this.leave()
  }

  release(target: Endpoint): void {
    this.enteredAt = this.runtime.clock.mono_us()
    this.dispatch(target)
    // The client's next bytes may be another request, or its end.
    if (this.active && this.request.done) this.client.continueBody()
  }

  addField(field: string): void {
    if (!this.runtime.settings.untouched) this.out.addField(field, this.draft)
  }

  fields(name: string): readonly string[] {
    return this.out.fields(name, this.draft)
  }

  again(status: number, flags: string, outcome: Outcome): void {
    const { draft, runtime } = this
    this.upstream?.reset()
    this.upstream = undefined
    this.ward!.ended(status, flags, outcome, false)
    emitCall(this, status, flags, outcome)
    this.answer.reset()
    this.startedAt = runtime.clock.mono_us()
    this.endedAt = 0
    this.enteredAt = -1
    draft.nextAttempt()
    this.out.changeSpan(draft, runtime)
    this.addField(`x-tapmesh-attempt: ${draft.attempt}\r\n`)
    this.client.arm(0)
  }

  /** Sends what was prepared, over an idle connection where there is one. */
  dispatch(target: Endpoint): void {
    this.target = target
    this.upstream = this.client.upstreams.take(target, this, this.runtime)
    if (this.upstream) {
      this.onUpstreamReady()
      return
    }
    this.#connect(target)
  }

  #connect(target: Endpoint): void {
    this.leave()
    this.upstream = this.client.upstreams.connect(target, this, this.runtime)
    if (!this.request.done) this.client.pipe.pause()
    this.client.arm(0)
  }

  onUpstreamReady(): void {
    const upstream = this.upstream!
    if (!upstream.reused) this.runtime.destination.worked(upstream.target)
    const pipe = upstream.pipe!
    let outcome = pipe.write(this.out.written)
    if (this.draft.attempt > 1) {
      for (const piece of this.ward!.kept) if (outcome !== WRITE.failed) outcome = pipe.write(piece)
    }
    if (outcome === WRITE.failed) {
      this.onAnswerBroken('EPIPE')
      return
    }
    if (!this.request.done) {
      if (outcome === WRITE.pending) this.client.pipe.pause()
      else this.client.continueBody()
      if (!this.active) return
    }
    this.armRequest()
    this.leave()
  }

  /** Adds the time spent on this piece of work, whose start is `enteredAt`; -1 while nothing is being done. */
  leave(): void {
    if (this.enteredAt < 0) return
    this.draft.tap_us += this.runtime.clock.mono_us() - this.enteredAt
    this.enteredAt = -1
  }

  armRequest(): void {
    armCall(this)
  }

  /** More of the request's body. @returns offset of the first byte behind it */
  feed(area: ReadArea, start: number, end: number): number {
    const { request, upstream } = this
    const at = request.read(area.bytes, start, end)
    this.draft.request_bytes += at - start
    this.expecting = false
    if (request.fault !== FAULT.none) {
      this.refuse(request.fault, 'DPE')
      return end
    }
    const pipe = upstream?.pipe
    if (!pipe) return at
    const { keptEnd, trailer } = request
    if (this.ward !== undefined) {
      this.ward.keep(area.bytes, start, keptEnd)
      this.ward.keep(trailer, 0, trailer.length)
    }
    let outcome: number = WRITE.done
    if (keptEnd > start) {
      outcome = area.shared
        ? writeCopy(pipe, area.bytes, start, keptEnd)
        : pipe.write(area.bytes.subarray(start, keptEnd))
    }
    if (trailer.length > 0 && outcome !== WRITE.failed) outcome = pipe.write(trailer)
    if (outcome === WRITE.failed) {
      // An answer may be waiting to be read; the end of reading tells.
      this.client.pipe.pause()
      pipe.resume()
    } else if (request.done) {
      this.armRequest()
      if (this.answer.done) this.settle()
    } else if (pipe.pendingWrites > 0) this.client.pipe.pause()
    return at
  }

  /** The client closed its sending side while the call is under way. */
  onClientEnd(): void {
    this.clientEnded = true
    this.persistent = false
    if (!this.request.done) this.abandon('DC')
    else if (!this.answer.begun) this.armRequest()
  }

  /** The client is gone, or too slow to be served: nobody takes the rest, so the upstream may stop. */
  abandon(flag: string): void {
    if (!this.active) return
    this.upstream?.reset()
    // A client that has the whole answer may leave with its request half sent, as after a 413.
    const answered = this.answer.done && this.client.pipe.pendingWrites === 0
    const status = statusNumber(this.draft.status)
    if (answered) this.record(status, '', httpOutcome(status))
    else this.record(status, flag, 'unfinished')
    this.client.callAborted()
  }

  /** What the client sent breaks a rule. */
  refuse(fault: FaultId, flag: string): void {
    this.runtime.counters.requestFault(fault)
    this.persistent = false
    this.draft.finding = FAULTS[fault]!.name
    if (this.ward === undefined) this.runtime.door.gate?.refused?.(this.draft)
    this.fail(FAULTS[fault]!.status, flag, 'client_error')
  }

  /** Ends the call with an answer of the tap's own, or with a reset where an answer has begun. */
  fail(status: number, flags: string, outcome: Outcome, denied = '', hint = ''): void {
    if (!this.active) return
    const upstream = this.upstream
    this.upstream = undefined
    upstream?.reset()
    if (this.answer.begun) {
      this.record(statusNumber(this.draft.status), flags, outcome)
      this.client.callAborted()
      return
    }
    const keep = this.persistent && this.request.done && !this.runtime.draining
    const bytes = localAnswer(status, flags, !keep, this.headOnly, denied, hint)
    this.client.pipe.write(bytes)
    this.draft.response_bytes = bytes.length
    this.record(status, flags, outcome)
    this.client.callEnded(keep)
  }

  onConnectFailed(code: string): void {
    this.upstream = undefined
    this.runtime.destination.failed(this.target!)
    if (this.tryOther()) return
    const late = code === 'ETIMEDOUT'
    if (this.ward?.failed('UF', late ? 'timeout' : 'server_error')) return
    this.fail(late ? 504 : 503, 'UF', late ? 'timeout' : 'server_error')
  }

  /** Connects to the next address of the same name. @returns false where there is none left */
  tryOther(): boolean {
    const [next, ...rest] = this.others
    if (next === undefined || !this.active) return false
    this.others = rest
    this.dispatch(next)
    return true
  }

  onUpstreamDrain(): void {
    if (this.active && !this.request.done) this.client.continueBody()
    else this.settle()
  }

  onUpstreamTakesNoMore(): void {
    // An answer may be waiting to be read; the end of reading tells what happened.
  }

  onUpstreamFault(error: unknown): void {
    this.runtime.counters.fault(error)
    this.upstream = undefined
    if (this.active) this.fail(502, 'UPE', 'server_error')
    else this.client.callAborted()
  }

  /** The connection is lost. Where the service said nothing, the client's connection ends like its own. */
  onAnswerBroken(code: string): void {
    const { upstream } = this
    if (!upstream || !this.active) return
    upstream.close()
    this.upstream = undefined
    if (this.clientEnded && !this.answer.begun) {
      this.record(0, 'DC', 'unfinished')
      this.client.callAborted()
    } else if (this.answer.done) this.settle()
    else {
      const flag = code === 'ECONNRESET' ? 'UR' : 'UC'
      if (!this.answer.begun && this.ward?.failed(flag, 'reset')) return
      if (!this.answer.heard && upstream.reused) {
        this.record(0, flag, 'reset')
        this.client.callDropped()
      } else this.fail(502, flag, 'reset')
    }
  }

  onAnswerEnd(): void {
    const { answer } = this
    if (answer.begun && answer.body === BODY.close && !answer.done) {
      answer.done = true
      this.settle()
    } else if (answer.done) {
      // The answer is complete, and the upstream wants no more of the request.
      answer.persistent = false
      this.settle()
    } else this.onAnswerBroken('EOF')
  }

  onAnswer(area: ReadArea, length: number): ReadArea | undefined {
    if (!this.active) return undefined
    const { upstream, runtime, serial } = this
    this.enteredAt = runtime.clock.mono_us()
    this.answer.read(area, length)
    // The object may serve another call already; this connection is then done with its answer.
    if (!this.active || this.serial !== serial || this.answer.done || this.upstream !== upstream)
      return upstream?.area
    this.leave()
    if (!area.large && length === area.window.length) this.#answerArea ??= takeLargeArea()
    return this.#answerArea ?? area
  }

  startTunnel(first: Buffer, to: string): void {
    this.client.openTunnel(first, to === 'websocket' ? 'websocket' : 'opaque')
  }

  /** The client has taken all it was sent. */
  onClientDrain(): void {
    if (this.answer.done) this.settle()
    else {
      this.armRequest()
      this.upstream?.pipe?.resume()
    }
  }

  onDeadline(): void {
    passDeadline(this)
  }

  /** Ends the call once request, answer and the client's reading are all complete. */
  settle(): void {
    const { answer, request, upstream, client } = this
    if (!this.active || !answer.done || client.pipe.pendingWrites > 0) return
    if (!request.done) {
      // The upstream answered early. It may still want the rest of the request; if not, the connection has to end.
      if (answer.persistent && this.persistent && upstream && !upstream.closed) return
      this.persistent = false
    }
    if (upstream) {
      const reusable =
        answer.persistent && request.done && !upstream.halfClosed && upstream.pipe!.pendingWrites === 0
      if (reusable) client.upstreams.give(upstream)
      else upstream.close()
    }
    const status = statusNumber(this.draft.status)
    this.record(status, '', httpOutcome(status))
    client.callEnded(this.persistent)
  }

  /** Gives the one record of this call to the sink. */
  record(status: number, flags: string, outcome: Outcome, protocol: Protocol = 'http'): void {
    if (!this.active) return
    this.active = false
    const { counters } = this.runtime
    const more = this.ward?.ended(status, flags, outcome, true) ?? ''
    counters.callsInFlight--
    counters.callsTotal++
    emitCall(this, status, more === '' ? flags : flags === '' ? more : `${flags},${more}`, outcome, protocol)
    this.#release()
  }

  #release(): void {
    this.upstream = undefined
    this.out.free()
    if (this.#answerArea) giveLargeArea(this.#answerArea)
    this.#answerArea = undefined
  }
}
