import type { Protocol as ProtocolName } from '../../model/call.ts'
import {
  giveLargeArea,
  type Pipe,
  type ReadArea,
  SHARED_AREA,
  WRITE,
  writeChanged,
  writeCopy,
} from '../../net/pipe.ts'
import { PLAIN_PEER, type SecurePeer } from '../../net/secure.ts'
import type { TimerEntry } from '../../net/timer-wheel.ts'
import { Edits } from '../../protocol/edits.ts'
import type { Cause } from '../../protocol/ending.ts'
import { protocolNamed } from '../../protocol/list.ts'
import type { OpenCall } from '../../protocol/open-call.ts'
import type { Decoder, DecoderContext, RequestView, TraceSettings } from '../../protocol/protocol.ts'
import { Caller } from './caller.ts'
import type { ConnectionHome, ListenerConnection } from './connection.ts'
import { giveCall, recordCall, takeCall } from './open-calls.ts'
import { nextArea } from './read-area.ts'
import type { RelayRuntime } from './runtime.ts'
import { ServiceEnd, type ServiceEndOwner } from './service-end.ts'
import type { Watch } from './ward.ts'
import { watchCall } from './watch-call.ts'

/** After this life a connection is worth asking whether its peers are still there. */
const KEEP_ALIVE_AFTER_MS = 30_000
/** How long a client whose service cannot be reached may still say what it wanted, for the record. */
const LAST_WORDS_MS = 250

/** Bytes of a client that are kept while its service is connected to; more stay in the kernel. */
const HELD_BYTES_MAX = 16 * 1024

/** One for all connections: it is filled and used up within one callback. */
const edits = new Edits()

/**
 * A connection relayed as it is: one connection to the service for each of a client's, bytes in the
 * callback they came in, and one end for both. A decoder watches and never decides.
 */
export class Passthrough implements ListenerConnection, ServiceEndOwner, TimerEntry, DecoderContext {
  due = Number.POSITIVE_INFINITY
  slotTick = -1
  nextEntry: TimerEntry | undefined = undefined
  previousEntry: TimerEntry | undefined = undefined

  /** The client's end; not there yet while a connection is prepared. */
  pipe!: Pipe
  runtime: RelayRuntime
  readonly #home: ConnectionHome
  #caller: Caller
  readonly #service: ServiceEnd
  #decoder: Decoder | undefined = undefined
  /** Bytes of the client that came before the service was there, and when the first of them did. */
  #held: Buffer | undefined = undefined
  #heldAt = 0
  /** Bytes of the service that came before the client was known, and who waits for them. */
  #fromService: Buffer | undefined = undefined
  #serviceSpoke: (() => void) | undefined = undefined
  #clientEnded = false
  #started = false
  #closed = false
  #largeArea: ReadArea | undefined = undefined
  /** Call whose head came with the bytes being relayed now. */
  #entered: OpenCall | undefined = undefined
  #enteredAt = 0

  constructor(home: ConnectionHome, peer: SecurePeer = PLAIN_PEER) {
    this.#home = home
    this.runtime = home.runtime
    this.#caller = new Caller(peer)
    this.#service = new ServiceEnd(this, home)
  }

  /** No call is in progress. */
  get idle(): boolean {
    return this.#decoder?.idle ?? false
  }

  get trace(): TraceSettings {
    return this.runtime.trace
  }

  /**
   * Connects to the service before it is known what the client's connection is: a service that speaks
   * first decides it.
   */
  prepare(serviceSpoke: () => void): void {
    this.#serviceSpoke = serviceSpoke
    this.#service.connect()
  }

  /** A prepared connection gets its client. */
  peerIs(peer: SecurePeer): void {
    this.#caller = new Caller(peer)
  }

  /** The connection was accepted, or taken over between two calls: its service is connected to at once. */
  begin(pipe: Pipe): void {
    this.pipe = pipe
    const { runtime } = this
    this.#enteredAt = runtime.clock.mono_us()
    const opaque = runtime.settings.protocol === 'opaque' || this.#caller.peer.opaque
    this.#decoder = protocolNamed(opaque ? 'opaque' : runtime.settings.protocol).open(this, this.#enteredAt)
    runtime.wheel.arm(this, KEEP_ALIVE_AFTER_MS)
    if (!this.#service.begun) this.#service.connect()
    else if (this.#service.unreachable) this.onServiceUnreachable()
    // A call begins with its first byte, and a client may leave while its service is connected to.
    if (this.#service.pipe) this.#beginPrepared()
    else if (!this.#closed) this.#read()
  }

  /** The service was there before the client; what it said comes first. */
  #beginPrepared(): void {
    const first = this.#fromService
    this.#fromService = undefined
    const { pipe, ended, ownId } = this.#service
    this.#caller.over(ownId)
    if (first) this.onServiceData(areaOf(first), first.length)
    if (this.#closed) return
    if (ended) this.onServiceEnd()
    else pipe?.resume()
    if (!this.#closed) this.#read()
  }

  /** A prepared connection never got its client. */
  gone(): void {
    this.#closed = true
    this.#service.leave(true)
  }

  /** Goes on with a client between two calls. @returns where it reads to next */
  takeOver(pipe: Pipe, area: ReadArea, length: number): ReadArea | undefined {
    this.#started = true
    this.begin(pipe)
    return this.onData(area, length)
  }

  #read(): void {
    if (this.#started) this.pipe.resume()
    else this.pipe.start()
    this.#started = true
  }

  onServiceReached(): void {
    if (this.pipe === undefined) return
    const pipe = this.#service.pipe!
    this.#caller.over(this.#service.ownId)
    const held = this.#held
    this.#held = undefined
    if (held) this.#toService(pipe, areaOf(held), held.length, this.#heldAt)
    if (this.#closed) return
    if (this.#clientEnded) this.#endService()
    else if (pipe.pendingWrites === 0) this.#read()
  }

  /** The client is heard for a moment, so that the record says what it wanted, and then reset. */
  onServiceUnreachable(): void {
    if (this.pipe === undefined) return
    if (this.#held !== undefined || this.#clientEnded) this.#finish(this.#service.unreachable!)
    else {
      this.runtime.wheel.arm(this, LAST_WORDS_MS)
      this.#read()
    }
  }

  onServiceLoop(): void {
    this.#finish('loop')
  }

  onData(area: ReadArea, length: number): ReadArea | undefined {
    const { runtime } = this
    if ((this.#home.terminates || this.#service.isOutdated()) && this.idle && this.#isQuiet()) {
      return this.#handOver(area, length)
    }
    const { pipe } = this.#service
    if (pipe) this.#toService(pipe, area, length, runtime.clock.mono_us())
    else this.#hold(area.bytes, area.room, area.room + length)
    if (this.#closed) return undefined
    this.#largeArea = nextArea(area, length, this.#largeArea, pipe)
    return this.#largeArea ?? SHARED_AREA
  }

  /** @param came when the first of these bytes did */
  #toService(pipe: Pipe, area: ReadArea, length: number, came: number): void {
    const { clock } = this.runtime
    const start = area.room
    const end = start + length
    this.#enteredAt = clock.mono_us()
    edits.clear()
    try {
      this.#decoder?.client(area.bytes, start, end, came, edits)
    } catch (error) {
      this.#stopDecoding(error)
    }
    this.#afterWriteToService(
      edits.count > 0
        ? writeChanged(pipe, area.bytes, start, end, edits)
        : area.shared
          ? writeCopy(pipe, area.bytes, start, end)
          : pipe.write(area.bytes.subarray(start, end)),
    )
    if (this.#entered) {
      this.#entered.tap_us += clock.mono_us() - this.#enteredAt
      this.#entered = undefined
    }
  }

  /** The service is not there yet, or never will be. */
  #hold(bytes: Buffer, start: number, end: number): void {
    const piece = bytes.subarray(start, end)
    if (this.#held === undefined) this.#heldAt = this.runtime.clock.mono_us()
    this.#held = Buffer.concat(this.#held ? [this.#held, piece] : [piece])
    if (this.#held.length >= HELD_BYTES_MAX) this.pipe.pause()
    if (this.#service.unreachable) this.#finish(this.#service.unreachable)
  }

  /** What the service never got is still worth a record. */
  #decodeHeld(): void {
    const held = this.#held
    if (held === undefined) return
    this.#held = undefined
    this.#decode((decoder) => decoder.client(held, 0, held.length, this.#heldAt, edits))
    edits.clear()
  }

  #afterWriteToService(outcome: number): void {
    if (outcome === WRITE.pending) this.pipe.pause()
    else if (outcome === WRITE.failed) {
      this.#service.writable = false
      this.#service.pipe?.resume()
      this.onServiceTakesNoMore()
    }
  }

  /** What the service has still to say is relayed; once that is all, the client is reset. */
  onServiceTakesNoMore(): void {
    if (this.pipe === undefined) return
    this.pipe.pause()
    this.finishIfDone()
  }

  #isQuiet(): boolean {
    const { pipe, ended } = this.#service
    return pipe !== undefined && !ended && pipe.pendingWrites === 0 && this.pipe.pendingWrites === 0
  }

  /** From this call on the client is served by another connection of this listener. */
  #handOver(area: ReadArea, length: number): ReadArea | undefined {
    this.#closed = true
    this.runtime.wheel.remove(this)
    this.#giveArea()
    this.#service.leave(false)
    return this.#home.handOver(this, this.#caller.peer, area, length)
  }

  onEnd(): void {
    this.#clientEnded = true
    if (this.#service.unreachable) this.#finish(this.#service.unreachable)
    else if (this.#service.pipe) this.#endService()
  }

  #endService(): void {
    this.#decode((decoder, at_us) => decoder.clientEnded(at_us))
    this.#service.pipe!.end()
    this.finishIfDone()
  }

  onBroken(): void {
    this.#finish('client')
  }

  onWriteFailed(): boolean {
    return false
  }

  onDrain(): void {
    this.#service.pipe?.resume()
    this.finishIfDone()
  }

  onDeadline(): void {
    if (this.#service.unreachable) this.#finish(this.#service.unreachable)
    else {
      this.pipe.keepAlive()
      this.#service.pipe?.keepAlive()
    }
  }

  onFault(error: unknown): void {
    this.runtime.counters.fault(error)
    this.#finish('tap')
  }

  onServiceData(area: ReadArea, length: number): void {
    const start = area.room
    const end = start + length
    if (this.pipe === undefined) {
      this.#holdFromService(area.bytes, start, end)
      return
    }
    this.#enteredAt = this.runtime.clock.mono_us()
    const outcome = area.shared
      ? writeCopy(this.pipe, area.bytes, start, end)
      : this.pipe.write(area.bytes.subarray(start, end))
    try {
      this.#decoder?.server(area.bytes, start, end, this.#enteredAt)
    } catch (error) {
      this.#stopDecoding(error)
    }
    if (outcome === WRITE.pending) this.#service.pipe?.pause()
    else if (outcome === WRITE.failed) this.#finish('client')
  }

  #holdFromService(bytes: Buffer, start: number, end: number): void {
    const piece = bytes.subarray(start, end)
    this.#fromService = Buffer.concat(this.#fromService ? [this.#fromService, piece] : [piece])
    this.#service.pipe?.pause()
    this.#serviceSpoke?.()
  }

  onServiceEnd(): void {
    if (this.pipe === undefined) return
    this.#decode((decoder, at_us) => decoder.serverEnded(at_us))
    this.pipe.end()
    this.finishIfDone()
  }

  onServiceBroken(): void {
    if (this.pipe !== undefined) this.#finish('server')
    else this.#service.unreachable = 'server'
  }

  onServiceDrain(): void {
    if (!this.#clientEnded) this.pipe.resume()
    this.finishIfDone()
  }

  /** Both sides have said all, and all of it was taken. */
  finishIfDone(): void {
    const { pipe, ended, writable } = this.#service
    if (!ended || this.pipe.pendingWrites > 0) return
    if (!writable) this.#finish('server')
    else if (this.#clientEnded && (pipe?.pendingWrites ?? 0) === 0) this.#finish('done')
  }

  #decode(step: (decoder: Decoder, at_us: number) => void): void {
    if (this.#decoder === undefined) return
    this.#enteredAt = this.runtime.clock.mono_us()
    try {
      step(this.#decoder, this.#enteredAt)
    } catch (error) {
      this.#stopDecoding(error)
    }
  }

  /** A fault of a decoder costs the records of this connection, never its bytes. */
  #stopDecoding(error: unknown): void {
    this.runtime.counters.fault(error)
    this.#decoder = undefined
    edits.clear()
  }

  drain(idle_ms: number): void {
    const silent_us = this.runtime.clock.mono_us() - this.#enteredAt
    if (this.idle && this.#isQuiet() && silent_us >= idle_ms * 1000) this.#finish('done')
  }

  shutdown(): void {
    this.#finish('tap')
  }

  #finish(cause: Cause): void {
    if (this.#closed) return
    this.#closed = true
    this.#decodeHeld()
    this.#decode((decoder, at_us) => decoder.close(cause, at_us))
    this.runtime.wheel.remove(this)
    this.#service.leave(cause !== 'done')
    if (cause === 'done') this.pipe.close()
    else this.pipe.reset()
    this.#giveArea()
    this.#home.forget(this)
  }

  #giveArea(): void {
    if (this.#largeArea) giveLargeArea(this.#largeArea)
    this.#largeArea = undefined
  }

  take(protocol: ProtocolName, at_us: number): OpenCall {
    const home = this.#home
    if (this.runtime !== home.runtime) {
      // A reload counts from the next call on.
      this.runtime = home.runtime
      this.#caller.reset()
    }
    this.runtime.counters.callsInFlight++
    this.#caller.forget()
    const call = takeCall()
    call.open(protocol, at_us)
    return call
  }

  started(call: OpenCall, request?: RequestView): void {
    this.#entered = call
    watchCall(call, request, this.runtime, this.#caller, this.pipe, this.#service.endpoint)
  }

  answered(call: OpenCall, bytes: Buffer, start: number, end: number): void {
    const watch = call.watch as Watch | undefined
    watch?.answered?.(bytes, start, end)
  }

  ended(call: OpenCall, at_us: number): void {
    const { counters } = this.runtime
    if (this.#entered === call) this.#entered = undefined
    call.tap_us += this.runtime.clock.mono_us() - this.#enteredAt
    counters.callsInFlight--
    counters.callsTotal++
    recordCall(call, at_us, this.runtime, this.#service.endpoint)
    giveCall(call)
  }

  opaque(reason: string): void {
    this.runtime.counters.opaque(reason)
  }
}

function areaOf(bytes: Buffer): ReadArea {
  return { bytes, room: 0, window: bytes, shared: false, large: true }
}
