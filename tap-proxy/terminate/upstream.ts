import type { Endpoint } from '../../net/endpoint.ts'
import { type Pipe, type PipeOwner, type ReadArea, smallArea } from '../../net/pipe.ts'
import type { SecureUpstream } from '../../net/secure.ts'
import type { TimerEntry, TimerWheel } from '../../net/timer-wheel.ts'
import { connectPipe, type Transport } from '../../net/transport.ts'
import type { RelayCounters } from '../relay/counters.ts'

/** What uses an upstream connection: one call at a time, or a tunnel for good. */
export interface UpstreamUser {
  onUpstreamReady(): void
  /** No connection: the system's code, or `ETIMEDOUT`. */
  onConnectFailed(code: string): void
  onAnswer(area: ReadArea, length: number): ReadArea | undefined
  onAnswerEnd(): void
  onAnswerBroken(code: string): void
  onUpstreamDrain(): void
  /** It takes no more of the request; what it says is still heard. */
  onUpstreamTakesNoMore(): void
  onUpstreamFault(error: unknown): void
}

/** What upstream connections share. */
export interface UpstreamContext {
  readonly transport: Transport
  readonly counters: RelayCounters
  readonly wheel: TimerWheel
  /** The tap at the other end, if calls go to it over mutual TLS now; absent where they never do. */
  readonly secureTo: (() => SecureUpstream | undefined) | undefined
}

/** Hears that a connection is closed. */
export interface UpstreamHome {
  forget(upstream: Upstream): void
}

/** One connection to a destination. */
export class Upstream implements PipeOwner, TimerEntry {
  due = Number.POSITIVE_INFINITY
  slotTick = -1
  nextEntry: TimerEntry | undefined = undefined
  previousEntry: TimerEntry | undefined = undefined

  readonly target: Endpoint
  /** Equal for connections to the same address in the same way. */
  readonly poolKey: string
  pipe: Pipe | undefined = undefined
  user: UpstreamUser | undefined = undefined
  ready = false
  closed = false
  /** It carried a call before: the service may be closing it just now. */
  reused = false
  /** The service was told that no more requests come. */
  halfClosed = false
  /** The area to go back to when a message ends. */
  readonly area: ReadArea = smallArea()
  readonly #context: UpstreamContext
  readonly #home: UpstreamHome
  readonly #secure: SecureUpstream | undefined

  constructor(target: Endpoint, context: UpstreamContext, home: UpstreamHome) {
    this.target = target
    this.#context = context
    this.#secure = context.secureTo?.()
    this.poolKey = poolKeyOf(target, this.#secure)
    this.#home = home
  }

  get counters(): RelayCounters {
    return this.#context.counters
  }

  connect(user: UpstreamUser, connect_ms: number): void {
    const { counters, wheel, transport } = this.#context
    this.user = user
    counters.upstreamConnections++
    counters.upstreamConnects++
    wheel.arm(this, connect_ms)
    const { host, port } = this.target
    const connected = (pipe: Pipe | undefined, code: string): void => {
      if (this.closed) return
      wheel.disarm(this)
      if (pipe) {
        this.pipe = pipe
        this.ready = true
        this.user?.onUpstreamReady()
      } else this.#failConnect(code)
    }
    this.pipe = this.#secure
      ? this.#secure.transport.connect(host, port, this.#secure.service, this, connected)
      : connectPipe(transport, host, port, this, this.area, connected)
  }

  #failConnect(code: string): void {
    const { user } = this
    this.#context.counters.upstreamConnectFailures++
    this.close()
    user?.onConnectFailed(code)
  }

  onDeadline(): void {
    if (!this.ready) this.#failConnect('ETIMEDOUT')
    else if (!this.user) this.close()
  }

  onData(area: ReadArea, length: number): ReadArea | undefined {
    if (this.user) return this.user.onAnswer(area, length)
    // Bytes that nobody asked for would become the answer to the next caller's request (S5).
    this.#context.counters.idleBytes++
    this.close()
    return undefined
  }

  onEnd(): void {
    if (this.user) this.user.onAnswerEnd()
    else this.close()
  }

  onBroken(code: string): void {
    const { user } = this
    this.close()
    user?.onAnswerBroken(code)
  }

  onDrain(): void {
    this.user?.onUpstreamDrain()
  }

  onWriteFailed(): boolean {
    this.user?.onUpstreamTakesNoMore()
    return true
  }

  onFault(error: unknown): void {
    const { user } = this
    this.close()
    if (user) user.onUpstreamFault(error)
    else this.#context.counters.fault(error)
  }

  /** No more requests come; what the service still says is heard. */
  end(): void {
    this.halfClosed = true
    this.pipe?.end()
  }

  close(): void {
    this.#leave(false)
  }

  reset(): void {
    this.#leave(true)
  }

  #leave(byReset: boolean): void {
    if (this.closed) return
    this.closed = true
    this.ready = false
    this.user = undefined
    this.#context.counters.upstreamConnections--
    this.#context.wheel.remove(this)
    this.#home.forget(this)
    if (byReset) this.pipe?.reset()
    else this.pipe?.close()
  }
}

export function poolKeyOf({ label }: Endpoint, secure: SecureUpstream | undefined): string {
  return secure ? `${label} tls ${secure.transport.generation}` : label
}
