import type { Outcome, Protocol } from '../../model/call.ts'
import { giveLargeArea, type Pipe, type ReadArea, takeLargeArea, WRITE, writeCopy } from '../../net/pipe.ts'
import { statusNumber, statusText } from '../../protocol/status-text.ts'
import type { Exchange } from './exchange.ts'
import type { Upstream, UpstreamUser } from './upstream.ts'
import type { Upstreams } from './upstreams.ts'

/** Answer to CONNECT, RFC 9110 section 9.3.6. */
export const CONNECTED = Buffer.from('HTTP/1.1 200 Connection established\r\n\r\n')

/** The client's side of a tunnel. */
export interface TunnelClient {
  readonly pipe: Pipe
  readonly upstreams: Upstreams
  arm(ms: number): void
  /** Both sides are done, or one broke; `byReset` where the client must notice. */
  tunnelEnded(byReset: boolean): void
}

/** Bytes relayed both ways without a look at them: opaque connections, CONNECT, and WebSockets after their 101. */
export class Tunnel implements UpstreamUser {
  readonly #client: TunnelClient
  readonly #exchange: Exchange
  readonly #protocol: Protocol
  #upstream: Upstream
  /** What the client sent before the upstream was there. */
  #waiting: Buffer | undefined
  #clientEnded = false
  #upstreamEnded = false
  #upstreamTakesMore = true
  #ended = false
  #largeArea: ReadArea | undefined
  /** Written to the client when the upstream is connected (CONNECT). */
  readonly #greeting: Buffer | undefined

  constructor(
    client: TunnelClient,
    exchange: Exchange,
    upstream: Upstream,
    protocol: Protocol,
    greeting?: Buffer,
  ) {
    this.#client = client
    this.#exchange = exchange
    this.#upstream = upstream
    this.#protocol = protocol
    this.#greeting = greeting
    upstream.user = this
    exchange.runtime.counters.tunnels++
  }

  /** Bytes that came before the tunnel did. */
  sendFirst(toClient: Buffer | undefined, toUpstream: Buffer | undefined): void {
    if (toClient) this.#toClient(this.#client.pipe.write(toClient))
    if (toUpstream && toUpstream.length > 0) this.#fromClient(toUpstream)
    if (!this.#ended) this.#rearm()
  }

  #fromClient(bytes: Buffer): void {
    const { draft } = this.#exchange
    draft.request_bytes += bytes.length
    if (!this.#upstream.ready) {
      this.#waiting = this.#waiting ? Buffer.concat([this.#waiting, bytes]) : bytes
      this.#client.pipe.pause()
    } else this.#toUpstream(this.#upstream.pipe!.write(bytes))
  }

  #toUpstream(outcome: number): void {
    if (outcome === WRITE.failed) this.#end('UC', 'reset', true)
    else if (outcome === WRITE.pending) this.#client.pipe.pause()
  }

  #toClient(outcome: number): void {
    if (outcome === WRITE.failed) this.#end('DC', 'unfinished', false)
    else if (outcome === WRITE.pending) this.#upstream.pipe?.pause()
  }

  onClientData(area: ReadArea, length: number): void {
    const start = area.room
    if (!this.#upstream.ready) {
      this.#fromClient(Buffer.from(area.bytes.subarray(start, start + length)))
      return
    }
    this.#exchange.draft.request_bytes += length
    const { pipe } = this.#upstream
    this.#toUpstream(
      area.shared
        ? writeCopy(pipe!, area.bytes, start, start + length)
        : pipe!.write(area.bytes.subarray(start, start + length)),
    )
    this.#rearm()
  }

  onClientEnd(): void {
    this.#clientEnded = true
    if (this.#upstream.ready) this.#upstream.pipe!.end()
    this.#finish()
  }

  onClientDrain(): void {
    this.#upstream.pipe?.resume()
    this.#finish()
  }

  /** Both sides have said all, and all of it was taken. */
  #finish(): void {
    if (!this.#upstreamEnded || (this.#upstreamTakesMore && !this.#clientEnded)) this.#rearm()
    else if (this.#client.pipe.pendingWrites > 0) return
    else if (this.#upstreamTakesMore) this.#end('', 'ok', false)
    else this.#end('UC', 'reset', true)
  }

  /** Only a policy limits the silence of a stream (`timeouts.idle`). */
  #rearm(): void {
    const { ward } = this.#exchange
    if (ward !== undefined && ward.idle_ms > 0) this.#client.arm(ward.idle_ms)
  }

  onDeadline(): void {
    this.#end('SI', 'timeout', true)
  }

  onClientGone(): void {
    this.#end(this.#upstreamEnded ? '' : 'DC', this.#upstreamEnded ? 'ok' : 'unfinished', true)
  }

  /** The tap stops before the tunnel ended. */
  onShutdown(): void {
    this.#end('DR', 'unfinished', true)
  }

  onUpstreamReady(): void {
    const { draft } = this.#exchange
    if (this.#greeting) {
      draft.status = statusText(200)
      this.#toClient(this.#client.pipe.write(this.#greeting))
    }
    if (this.#ended) return
    if (this.#waiting) this.#toUpstream(this.#upstream.pipe!.write(this.#waiting))
    this.#waiting = undefined
    if (this.#ended) return
    if (this.#clientEnded) this.#upstream.pipe!.end()
    if (this.#upstream.pipe!.pendingWrites === 0) this.#client.pipe.resume()
  }

  /** CONNECT is a request: it gets an answer that says why there is no tunnel. */
  onConnectFailed(code: string): void {
    if (this.#ended) return
    const exchange = this.#exchange
    const [next, ...others] = exchange.others
    if (next) {
      exchange.others = others
      exchange.target = next
      this.#upstream = this.#client.upstreams.connect(next, this, exchange.runtime)
      return
    }
    this.#ended = true
    const late = code === 'ETIMEDOUT'
    const hint = `No connection to ${exchange.target?.label ?? 'the destination'} (${code}).`
    exchange.fail(late ? 504 : 502, 'UF', late ? 'timeout' : 'server_error', '', hint)
  }

  onAnswer(area: ReadArea, length: number): ReadArea | undefined {
    const { draft, runtime, startedAt } = this.#exchange
    if (draft.ttfb_us === 0) draft.ttfb_us = Math.max(1, Math.round(runtime.clock.mono_us() - startedAt))
    draft.response_bytes += length
    this.#toClient(this.#client.pipe.write(area.bytes.subarray(area.room, area.room + length)))
    if (this.#ended) return undefined
    this.#rearm()
    if (!area.large && length === area.window.length) this.#largeArea ??= takeLargeArea()
    return this.#largeArea
  }

  onAnswerEnd(): void {
    this.#upstreamEnded = true
    this.#client.pipe.end()
    this.#finish()
  }

  onAnswerBroken(_code: string): void {
    this.#end(this.#clientEnded ? '' : 'UR', this.#clientEnded ? 'ok' : 'reset', true)
  }

  onUpstreamDrain(): void {
    this.#client.pipe.resume()
  }

  onUpstreamTakesNoMore(): void {
    this.#upstreamTakesMore = false
    this.#finish()
  }

  onUpstreamFault(error: unknown): void {
    this.#exchange.runtime.counters.fault(error)
    this.#end('UR', 'reset', true)
  }

  #end(flags: string, outcome: Outcome, byReset: boolean): void {
    if (this.#ended) return
    this.#ended = true
    this.#exchange.enteredAt = -1
    if (byReset) this.#upstream.reset()
    else this.#upstream.close()
    if (this.#largeArea) giveLargeArea(this.#largeArea)
    this.#exchange.record(statusNumber(this.#exchange.draft.status), flags, outcome, this.#protocol)
    this.#client.tunnelEnded(byReset)
  }
}
