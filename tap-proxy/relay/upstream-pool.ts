import type { Target } from '../../net/resolve.ts'
import type { Limits } from '../settings.ts'
import {
  poolKeyOf,
  Upstream,
  type UpstreamContext,
  type UpstreamHome,
  type UpstreamUser,
} from './upstream.ts'

/** Addresses with an idle list; more are possible behind a forward proxy, and those are not kept. */
const ADDRESSES_MAX = 1024

/** Idle connections for each address, last in first out: the one used last is the one least likely to be stale. */
export class UpstreamPool implements UpstreamHome {
  readonly #idle = new Map<string, Upstream[]>()
  readonly #context: UpstreamContext
  readonly #limits: Pick<Limits, 'connect_ms' | 'pool_idle_max' | 'pool_idle_ms'>
  #closed = false

  constructor(
    context: UpstreamContext,
    limits: Pick<Limits, 'connect_ms' | 'pool_idle_max' | 'pool_idle_ms'>,
  ) {
    this.#context = context
    this.#limits = limits
  }

  /** An idle connection to `target`, or undefined. */
  take(target: Target, user: UpstreamUser): Upstream | undefined {
    const { secureTo } = this.#context
    const key = secureTo ? poolKeyOf(target, secureTo()) : target.label
    const upstream = this.#idle.get(key)?.pop()
    if (!upstream) return undefined
    this.#context.counters.upstreamIdle--
    this.#context.wheel.disarm(upstream)
    upstream.user = user
    upstream.reused = true
    return upstream
  }

  /** A new connection; `user` hears onUpstreamReady or onConnectFailed later, never before this returns. */
  connect(target: Target, user: UpstreamUser): Upstream {
    const upstream = new Upstream(target, this.#context, this)
    upstream.connect(user, this.#limits.connect_ms)
    return upstream
  }

  /** Takes a connection back after a complete exchange. */
  give(upstream: Upstream): void {
    upstream.user = undefined
    if (upstream.closed) return
    const idle = this.#list(upstream.poolKey)
    if (this.#closed || !idle || idle.length >= this.#limits.pool_idle_max) {
      upstream.close()
      return
    }
    idle.push(upstream)
    this.#context.counters.upstreamIdle++
    this.#context.wheel.arm(upstream, this.#limits.pool_idle_ms)
    upstream.pipe?.resume()
  }

  #list(label: string): Upstream[] | undefined {
    let idle = this.#idle.get(label)
    if (!idle && this.#idle.size < ADDRESSES_MAX) {
      idle = []
      this.#idle.set(label, idle)
    }
    return idle
  }

  forget(upstream: Upstream): void {
    const idle = this.#idle.get(upstream.poolKey)
    const index = idle ? idle.lastIndexOf(upstream) : -1
    if (!idle || index < 0) return
    idle.splice(index, 1)
    this.#context.counters.upstreamIdle--
    if (idle.length === 0) this.#idle.delete(upstream.poolKey)
  }

  /** Closes every idle connection; those in use close when they come back. */
  close(): void {
    this.#closed = true
    for (const idle of [...this.#idle.values()]) for (const upstream of [...idle]) upstream.close()
    this.#idle.clear()
  }
}
