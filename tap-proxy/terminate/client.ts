import type { Protocol } from '../../model/call.ts'
import { BodyArea } from '../../net/body-area.ts'
import type { Endpoint } from '../../net/endpoint.ts'
import type { Pipe, ReadArea } from '../../net/pipe.ts'
import { PLAIN_PEER, type SecurePeer } from '../../net/secure.ts'
import type { TimerEntry } from '../../net/timer-wheel.ts'
import { HeadBuffer } from '../../protocol/http1/head-buffer.ts'
import { FAULT, type FaultId } from '../../wire/http1/fault.ts'
import { FORM, METHOD, parseRequest, RequestHead } from '../../wire/http1/request.ts'
import { Caller } from '../relay/caller.ts'
import type { ConnectionHome, ListenerConnection } from '../relay/connection.ts'
import type { RelayRuntime } from '../relay/runtime.ts'
import type { Source } from '../relay/source-book.ts'
import { readAuthority } from './authority.ts'
import type { Exchange } from './exchange.ts'
import type { ExchangeClient } from './exchange-client.ts'
import { giveExchange, takeExchange } from './exchange-list.ts'
import { findTarget } from './forward.ts'
import { believed, continueTrace, namesCaller, startTrace } from './request-trace.ts'
import { CONNECTED, Tunnel, type TunnelClient } from './tunnel.ts'
import { Upstreams } from './upstreams.ts'

/** How long, and for how many bytes, a client that was answered and is to go may still send. */
const LINGER_MS = 2000
const LINGER_BYTES_MAX = 64 * 1024 * 1024

const STATE = { idle: 0, head: 1, call: 2, linger: 3, tunnel: 4, closed: 5 } as const

/** One head for all: it is read and acted on within one callback. */
const head = new RequestHead()

/** One accepted connection: reads requests, one call at a time, in order. An idle one is little more than its socket. */
export class Client implements ListenerConnection, TimerEntry, ExchangeClient, TunnelClient {
  due = Number.POSITIVE_INFINITY
  slotTick = -1
  nextEntry: TimerEntry | undefined = undefined
  previousEntry: TimerEntry | undefined = undefined

  pipe!: Pipe
  runtime: RelayRuntime
  readonly #home: ConnectionHome
  #state: number = STATE.idle
  #exchange: Exchange | undefined = undefined
  #tunnel: Tunnel | undefined = undefined
  /** Bytes not used yet: a head in pieces, or requests behind the one in progress. */
  #pending: HeadBuffer | undefined = undefined
  #processing = false
  #ended = false
  #lingered = 0
  readonly #body = new BodyArea()
  readonly #caller: Caller
  readonly upstreams: Upstreams
  /** When the head that is not complete yet began. */
  #headAt = 0

  constructor(home: ConnectionHome, peer: SecurePeer = PLAIN_PEER) {
    this.#home = home
    this.#caller = new Caller(peer)
    this.upstreams = new Upstreams(() => this.#serviceClosed())
    this.runtime = home.runtime
  }

  /** The connection is there. */
  begin(pipe: Pipe): void {
    this.pipe = pipe
    this.arm(this.runtime.limits.idle_ms)
    pipe.start()
  }

  takeOver(pipe: Pipe, area: ReadArea, length: number): ReadArea | undefined {
    this.pipe = pipe
    return this.onData(area, length)
  }

  arm(ms: number): void {
    this.runtime.wheel.arm(this, ms)
  }

  get source(): Source {
    return this.#caller.source(this.runtime, this.pipe)
  }

  onData(area: ReadArea, length: number): ReadArea | undefined {
    const start = area.room
    const end = start + length
    if (this.#state === STATE.closed) return undefined
    if (this.#state === STATE.idle && !this.#home.terminates) return this.#handOver(area, length)
    if (this.#state === STATE.call) this.#more(area, start, end)
    else if (this.#state === STATE.tunnel) this.#tunnel!.onClientData(area, length)
    else if (this.#state === STATE.linger) {
      this.#lingered += length
      if (this.#lingered > LINGER_BYTES_MAX) this.#close(false)
    } else if (this.#pending) this.#append(area.bytes, start, end)
    else this.#process(area.bytes, start, end)
    return this.#nextArea(area, length)
  }

  /** Nothing that acts on calls is enforced any more: from this call on the connection is relayed as it is. */
  #handOver(area: ReadArea, length: number): ReadArea | undefined {
    this.#state = STATE.closed
    this.runtime.wheel.remove(this)
    this.#body.free()
    this.upstreams.close()
    return this.#home.handOver(this, this.#caller.peer, area, length)
  }

  /** Bytes while a call is in progress: its body first, then what is kept for later. */
  #more(area: ReadArea, start: number, end: number): void {
    const exchange = this.#exchange!
    const at = exchange.request.done || !exchange.upstream?.ready ? start : exchange.feed(area, start, end)
    if (at < end && this.#state !== STATE.linger && this.#state !== STATE.closed)
      this.#keep(area.bytes, at, end)
  }

  continueBody(): void {
    const bytes = this.#takePending()
    if (!bytes) {
      this.pipe.resume()
      return
    }
    const area: ReadArea = { bytes, room: 0, window: bytes, shared: false, large: true }
    this.#more(area, 0, bytes.length)
    const { pipe } = this.#exchange?.upstream ?? {}
    if (this.#state === STATE.call && !this.#pending && (pipe?.pendingWrites ?? 0) === 0) this.pipe.resume()
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    if (this.#state !== STATE.call) {
      this.#process(bytes, start, end)
      return
    }
    if (this.#pending) this.#pending.append(bytes, start, end, 0)
    else this.#pending = new HeadBuffer(bytes, start, end)
    this.pipe.pause()
  }

  #append(bytes: Buffer, start: number, end: number): void {
    const pending = this.#pending!
    pending.append(bytes, start, end, this.runtime.limits.head_bytes_max)
    if (!pending.worth) return
    this.#pending = undefined
    this.#process(pending.bytes, 0, pending.length)
  }

  /** Requests in bytes[start..end), until one has to wait for its answer. */
  #process(bytes: Buffer, start: number, end: number): void {
    this.#processing = true
    let at = start
    while (at < end && (this.#state === STATE.idle || this.#state === STATE.head)) {
      this.#refresh()
      const stop = parseRequest(bytes, at, end, head, this.runtime.limits)
      if (stop > 0) at = this.#beginCall(bytes, at, end)
      else if (stop < 0) {
        this.#refuse(bytes, at, end)
        at = end
      } else {
        if (this.#state === STATE.idle) {
          this.arm(this.runtime.limits.head_deadline_ms)
          this.#headAt = this.runtime.clock.mono_us()
        }
        this.#state = STATE.head
        this.#pending = new HeadBuffer(bytes, at, end)
        at = end
      }
    }
    this.#processing = false
    if (at < end && this.#state === STATE.call) this.#keep(bytes, at, end)
  }

  /** A reload counts from the next call on. */
  #refresh(): void {
    if (this.runtime === this.#home.runtime) return
    this.runtime = this.#home.runtime
    this.#caller.reset()
    this.upstreams.close()
  }

  #open(): Exchange {
    const exchange = takeExchange()
    const now_us = this.runtime.clock.mono_us()
    exchange.open(this, this.#state === STATE.head ? this.#headAt : now_us, now_us)
    this.#exchange = exchange
    this.#state = STATE.call
    this.#caller.forget()
    return exchange
  }

  /** @returns offset of the first byte behind what the call took */
  #beginCall(bytes: Buffer, start: number, end: number): number {
    const exchange = this.#open()
    const { runtime } = this
    const { draft } = exchange
    const flags = continueTrace(bytes, head, draft, runtime)
    if (runtime.settings.kind === 'inbound' && namesCaller(bytes, head, draft))
      this.#caller.named(bytes, believed, runtime, this.pipe)
    if (runtime.draining) head.persistent = false
    const at = exchange.prepare(head, bytes, start, end, flags)
    const fault = this.#faultOf(exchange)
    if (fault !== FAULT.none) {
      exchange.refuse(fault, exchange.request.fault === FAULT.none ? 'IH' : 'DPE')
      return end
    }
    if (runtime.settings.kind === 'forward-proxy') this.#dispatchNamed(exchange, bytes)
    else {
      const target = runtime.destination.pick()
      if (target) {
        exchange.others = runtime.destination.others(target)
        exchange.admit(target, runtime.destination.targets())
      } else exchange.fail(503, 'UH', 'server_error')
    }
    return at
  }

  /** What is refused although its form is right (Q38), or whose body is malformed already. */
  #faultOf(exchange: Exchange): FaultId {
    if (head.method === METHOD.trace) return FAULT.trace_refused
    const proxy = this.runtime.settings.kind === 'forward-proxy'
    if (head.method === METHOD.connect && !proxy) return FAULT.connect_refused
    if (proxy && head.form !== FORM.absolute && head.method !== METHOD.connect) return FAULT.target_invalid
    return exchange.request.fault
  }

  /** Forward proxy: the destination is in the request, and is looked up and checked before anything is sent. */
  #dispatchNamed(exchange: Exchange, bytes: Buffer): void {
    const isConnect = head.method === METHOD.connect
    const { host, port } = readAuthority(bytes, head.authorityStart, head.authorityEnd, isConnect ? 0 : 80)
    exchange.destination = host
    this.pipe.pause()
    this.arm(0)
    findTarget(exchange, host, port, (target) => {
      if (isConnect) this.#openTunnel(exchange, target, 'opaque', CONNECTED)
      else exchange.admit(target, [target])
      if (exchange.active && exchange.request.done && !this.#pending) this.pipe.resume()
    })
  }

  #openTunnel(exchange: Exchange, target: Endpoint, protocol: Protocol, greeting: Buffer | undefined): void {
    exchange.target = target
    const upstream = this.upstreams.connect(target, exchange, this.runtime)
    this.#tunnel = new Tunnel(this, exchange, upstream, protocol, greeting)
    this.#state = STATE.tunnel
    this.arm(0)
    this.#tunnel.sendFirst(undefined, this.#takePending())
    if (!this.#ended) this.pipe.resume()
  }

  openTunnel(first: Buffer, protocol: Protocol): void {
    const exchange = this.#exchange!
    this.#tunnel = new Tunnel(this, exchange, exchange.upstream!, protocol)
    this.#state = STATE.tunnel
    this.arm(0)
    const waiting = this.#takePending()
    this.pipe.resume()
    this.#tunnel.sendFirst(first, waiting)
  }

  #takePending(): Buffer | undefined {
    const pending = this.#pending
    this.#pending = undefined
    return pending?.bytes.subarray(0, pending.length)
  }

  tunnelEnded(byReset: boolean): void {
    this.#exchange = undefined
    this.#tunnel = undefined
    this.#close(byReset)
  }

  /** A call whose head says nothing of a trace, or cannot be believed. */
  #openUntraced(bytes: number): Exchange {
    const exchange = this.#open()
    startTrace(exchange.draft, this.runtime)
    exchange.draft.request_bytes = bytes
    return exchange
  }

  /** A head that breaks a rule: one record, one short answer, and no more of this connection. */
  #refuse(bytes: Buffer, start: number, end: number): void {
    const exchange = this.#openUntraced(end - start)
    const { draft } = exchange
    if (head.methodEnd > head.start) {
      draft.head = Buffer.from(bytes.subarray(head.start, head.targetEnd))
      draft.methodEnd = head.methodEnd - head.start
      draft.pathStart = head.pathStart - head.start
      draft.pathEnd = head.pathEnd - head.start
    }
    exchange.headOnly = head.method === METHOD.head
    exchange.refuse(head.fault, 'IH')
  }

  callEnded(keep: boolean): void {
    this.#releaseExchange()
    if (this.#state === STATE.closed) return
    if (!keep || this.#ended || this.#home.runtime.draining) {
      this.#linger()
      return
    }
    this.#state = STATE.idle
    const pending = this.#pending
    if (pending === undefined || this.#processing) {
      this.arm(this.runtime.limits.idle_ms)
      if (!this.#processing) this.pipe.resume()
      return
    }
    this.#pending = undefined
    this.#process(pending.bytes, 0, pending.length)
    if (this.#state === STATE.idle) this.arm(this.runtime.limits.idle_ms)
    const waits = this.#state === STATE.call && (this.#pending || !this.#exchange!.request.done)
    if (!waits) this.pipe.resume()
  }

  callDropped(): void {
    this.#releaseExchange()
    if (this.#state !== STATE.closed) this.#linger()
  }

  /** The service closed the connection that this client's calls went over: so does the tap, before another call comes. */
  #serviceClosed(): void {
    if (this.#state === STATE.idle) this.#linger()
  }

  callAborted(): void {
    this.#releaseExchange()
    this.#close(true)
  }

  #releaseExchange(): void {
    if (this.#exchange) giveExchange(this.#exchange)
    this.#exchange = undefined
  }

  /** RFC 9112 section 9.6: close the sending side first and let the client read, so that no reset eats the answer. */
  #linger(): void {
    this.#pending = undefined
    this.#state = STATE.linger
    this.pipe.end()
    if (this.#ended && this.pipe.pendingWrites === 0) {
      this.#close(false)
      return
    }
    this.arm(LINGER_MS)
    this.pipe.resume()
  }

  onEnd(): void {
    this.#ended = true
    if (this.#state === STATE.tunnel) this.#tunnel!.onClientEnd()
    else if (this.#state === STATE.call) this.#exchange!.onClientEnd()
    else if (this.#state === STATE.head) this.#cutHead()
    else if (this.pipe.pendingWrites === 0) this.#close(false)
  }

  /** The client ended in the middle of a head: nothing was asked, but it is worth a record. */
  #cutHead(): void {
    this.#openUntraced(this.#pending?.length ?? 0).record(0, 'DC', 'unfinished')
    this.callAborted()
  }

  onBroken(_code: string): void {
    if (this.#state === STATE.tunnel) this.#tunnel!.onClientGone()
    else if (this.#state === STATE.call) this.#exchange!.abandon('DC')
    else this.#close(false)
  }

  onWriteFailed(): boolean {
    return false
  }

  onDrain(): void {
    if (this.#state === STATE.tunnel) this.#tunnel!.onClientDrain()
    else if (this.#state === STATE.call) this.#exchange!.onClientDrain()
    else if (this.#state === STATE.linger && this.#ended) this.#close(false)
  }

  onDeadline(): void {
    if (this.#state === STATE.tunnel) this.#tunnel!.onDeadline()
    else if (this.#state === STATE.call) {
      this.runtime.counters.deadlines++
      this.#exchange!.onDeadline()
    } else if (this.#state === STATE.head) {
      this.runtime.counters.deadlines++
      this.#openUntraced(this.#pending?.length ?? 0).fail(408, 'DT', 'client_error')
    } else this.#close(false)
  }

  onFault(error: unknown): void {
    this.runtime.counters.fault(error)
    if (this.#state === STATE.tunnel) this.#tunnel!.onShutdown()
    else if (this.#exchange?.active) this.#exchange.abandon('DR')
    this.#close(true)
  }

  /** The listener drains: idle connections close now, others once their call is answered. */
  drain(): void {
    if (this.#state === STATE.idle) this.#linger()
  }

  /** The grace is over. */
  shutdown(): void {
    if (this.#state === STATE.tunnel) this.#tunnel!.onShutdown()
    else if (this.#state === STATE.call) this.#exchange!.abandon('DR')
    else this.#close(false)
  }

  #nextArea(area: ReadArea, length: number): ReadArea {
    const inCall = this.#state === STATE.call
    const more = this.#state === STATE.tunnel || (inCall && !this.#exchange!.request.done)
    return this.#body.next(area, length, more, inCall)
  }

  #close(byReset: boolean): void {
    if (this.#state === STATE.closed) return
    this.#state = STATE.closed
    this.#pending = undefined
    this.runtime.wheel.remove(this)
    if (byReset) this.pipe.reset()
    else this.pipe.close()
    this.#body.free()
    this.upstreams.close()
    this.#home.forget(this)
  }
}
