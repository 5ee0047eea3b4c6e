import { ConnectInTurn } from '../../net/connect.ts'
import type { Endpoint } from '../../net/endpoint.ts'
import { giveLargeArea, type Pipe, type PipeOwner, type ReadArea, SHARED_AREA } from '../../net/pipe.ts'
import type { SecureUpstream } from '../../net/secure.ts'
import { connectPipe } from '../../net/transport.ts'
import type { Cause } from '../../protocol/ending.ts'
import type { ConnectionHome } from './connection.ts'
import { nextArea } from './read-area.ts'
import type { RelayRuntime } from './runtime.ts'

/** What a connection hears of its service's end. */
export interface ServiceEndOwner {
  /** The client's end, which the service's bytes are written to. */
  readonly pipe: Pipe | undefined
  onServiceReached(): void
  /** No address of the service can be connected to; `unreachable` says why. */
  onServiceUnreachable(): void
  /** The connection arrived at the listener it came from. */
  onServiceLoop(): void
  onServiceData(area: ReadArea, length: number): void
  onServiceTakesNoMore(): void
  onServiceEnd(): void
  onServiceBroken(): void
  onServiceDrain(): void
  onFault(error: unknown): void
}

/** The service's end of a relayed connection: how it is reached, and what becomes of it. */
export class ServiceEnd implements PipeOwner {
  readonly #owner: ServiceEndOwner
  readonly #home: ConnectionHome
  pipe: Pipe | undefined = undefined
  endpoint: Endpoint | undefined = undefined
  unreachable: Cause | undefined = undefined
  ended = false
  /** False once writing failed: what the service still says is relayed, and then the client is reset. */
  writable = true
  /** Own SPIFFE ID on this connection, or empty. */
  ownId = ''
  /** What the connection is made by; see `isOutdated`. */
  #madeBy: RelayRuntime
  #secureKey = ''
  #connecting: ConnectInTurn | undefined = undefined
  #forgetReaching: (() => void) | undefined = undefined
  #largeArea: ReadArea | undefined = undefined

  constructor(owner: ServiceEndOwner, home: ConnectionHome) {
    this.#owner = owner
    this.#home = home
    this.#madeBy = home.runtime
  }

  /** It is connected, or about to be. */
  get begun(): boolean {
    return this.pipe !== undefined || this.#connecting !== undefined || this.unreachable !== undefined
  }

  connect(): void {
    const { destination, counters, wheel } = this.#home.runtime
    const candidates = destination.candidates()
    if (candidates.length === 0) {
      this.#fail('no_address')
      return
    }
    counters.upstreamConnects++
    counters.upstreamConnections++
    this.#connecting = new ConnectInTurn(
      candidates,
      (endpoint, connected) => this.#open(endpoint, connected),
      wheel,
      {
        connected: (pipe, endpoint) => {
          this.#connecting = undefined
          this.pipe = pipe
          this.endpoint = endpoint
          destination.worked(endpoint)
          this.#owner.onServiceReached()
        },
        attemptFailed: (endpoint) => destination.failed(endpoint),
        failed: (endpoint, code) => {
          this.endpoint = endpoint
          counters.upstreamConnections--
          counters.upstreamConnectFailures++
          this.#fail(code === 'ETIMEDOUT' ? 'connect_timeout' : 'unreachable')
        },
      },
    )
  }

  #open(endpoint: Endpoint, connected: (pipe: Pipe | undefined, code: string) => void): Pipe {
    const { transport, secureTo } = this.#home.runtime
    const { host, port } = endpoint
    const secure = secureTo?.()
    this.#secureKey = secureKeyOf(secure)
    this.ownId = secure?.transport.ownId ?? ''
    if (secure) return secure.transport.connect(host, port, secure.service, this, connected)
    const pipe = connectPipe(transport, host, port, this, SHARED_AREA, connected)
    this.#forgetReaching?.()
    this.#forgetReaching = this.#home.reaching(pipe, endpoint, () => this.#owner.onServiceLoop())
    return pipe
  }

  #fail(cause: Cause): void {
    this.#connecting = undefined
    this.unreachable = cause
    this.#owner.onServiceUnreachable()
  }

  /** A reload or a policy wants new calls to go another way than this connection does. */
  isOutdated(): boolean {
    const { runtime } = this.#home
    if (runtime.secureTo && secureKeyOf(runtime.secureTo()) !== this.#secureKey) return true
    if (runtime === this.#madeBy) return false
    this.#madeBy = runtime
    return this.endpoint !== undefined && !runtime.destination.has(this.endpoint)
  }

  /** Gives the connection up, or the attempt to make it. */
  leave(byReset: boolean): void {
    if (this.#connecting || this.pipe) this.#home.runtime.counters.upstreamConnections--
    this.#connecting?.cancel()
    this.#connecting = undefined
    this.#forgetReaching?.()
    if (byReset) this.pipe?.reset()
    else this.pipe?.close()
    if (this.#largeArea) giveLargeArea(this.#largeArea)
    this.#largeArea = undefined
  }

  onData(area: ReadArea, length: number): ReadArea {
    this.#owner.onServiceData(area, length)
    this.#largeArea = nextArea(area, length, this.#largeArea, this.#owner.pipe)
    return this.#largeArea ?? SHARED_AREA
  }

  onEnd(): void {
    this.ended = true
    this.#owner.onServiceEnd()
  }

  onBroken(): void {
    this.#owner.onServiceBroken()
  }

  onWriteFailed(): boolean {
    this.writable = false
    this.#owner.onServiceTakesNoMore()
    return true
  }

  onDrain(): void {
    this.#owner.onServiceDrain()
  }

  onFault(error: unknown): void {
    this.#owner.onFault(error)
  }
}

function secureKeyOf(secure: SecureUpstream | undefined): string {
  return secure ? `${secure.service} ${secure.transport.generation}` : ''
}
