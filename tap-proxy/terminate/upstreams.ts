import type { Endpoint } from '../../net/endpoint.ts'
import type { RelayRuntime } from '../relay/runtime.ts'
import { poolKeyOf, Upstream, type UpstreamHome, type UpstreamUser } from './upstream.ts'

/** Idle connections of one client; a call may go to another endpoint each time. */
const IDLE_MAX = 16

/**
 * Connections to the service that belong to one client's connection. Nothing is shared between
 * clients: a login on a connection stays its client's (NTLM), and a client sees its service's
 * connection close as if there were no tap.
 */
export class Upstreams implements UpstreamHome {
  readonly #idle: Upstream[] = []
  readonly #onServiceClosed: () => void

  /** @param onServiceClosed called when the service closed the last idle connection */
  constructor(onServiceClosed: () => void) {
    this.#onServiceClosed = onServiceClosed
  }

  /** An idle connection to `target`, or undefined. */
  take(target: Endpoint, user: UpstreamUser, { secureTo, counters }: RelayRuntime): Upstream | undefined {
    if (this.#idle.length === 0) return undefined
    const key = poolKeyOf(target, secureTo?.())
    const at = this.#idle.findLastIndex(({ poolKey }) => poolKey === key)
    if (at < 0) return undefined
    const [upstream] = this.#idle.splice(at, 1)
    counters.upstreamIdle--
    upstream!.user = user
    upstream!.reused = true
    return upstream
  }

  /** A new connection; `user` hears onUpstreamReady or onConnectFailed later, never before this returns. */
  connect(target: Endpoint, user: UpstreamUser, runtime: RelayRuntime): Upstream {
    const upstream = new Upstream(target, runtime, this)
    upstream.connect(user, runtime.limits.connect_ms)
    return upstream
  }

  /** Takes a connection back after a complete exchange. */
  give(upstream: Upstream): void {
    upstream.user = undefined
    if (upstream.closed) return
    if (this.#idle.length >= IDLE_MAX) {
      upstream.close()
      return
    }
    this.#idle.push(upstream)
    upstream.counters.upstreamIdle++
    upstream.pipe?.resume()
  }

  forget(upstream: Upstream): void {
    const at = this.#idle.indexOf(upstream)
    if (at < 0) return
    this.#idle.splice(at, 1)
    upstream.counters.upstreamIdle--
    if (this.#idle.length === 0) this.#onServiceClosed()
  }

  /** Closes every idle connection; those in use close when their call is over. */
  close(): void {
    for (const upstream of this.#idle.splice(0)) {
      upstream.counters.upstreamIdle--
      upstream.close()
    }
  }
}
