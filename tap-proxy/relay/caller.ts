import type { Pipe } from '../../net/pipe.ts'
import { PLAIN_PEER, type SecurePeer } from '../../net/secure.ts'
import type { ServiceRange } from '../../wire/trace-context.ts'
import type { RelayRuntime } from './runtime.ts'
import type { Source } from './source-book.ts'

/** Who calls over one connection; remembered, so that the same caller is the same object again. */
export class Caller {
  #own: Source | undefined = undefined
  #named: Source | undefined = undefined
  #isNamed = false
  /** Own SPIFFE ID on the connection that calls go out over, or empty; undefined where it is asked for each call. */
  #over: string | undefined = undefined
  readonly peer: SecurePeer

  constructor(peer: SecurePeer = PLAIN_PEER) {
    this.peer = peer
  }

  /** Everything is to be found out anew, after a reload. */
  reset(): void {
    this.#own = undefined
    this.#named = undefined
    this.#isNamed = false
  }

  /** A new call begins; it has not said who makes it. */
  forget(): void {
    this.#isNamed = false
  }

  /** Calls go out over one connection, on which this identity is shown. */
  over(identity: string): void {
    this.#over = identity
  }

  /** The caller of the call in progress. */
  source(runtime: RelayRuntime, pipe: Pipe): Source {
    if (this.#isNamed) return this.#named!
    if (runtime.upstreamIdentity) return this.#outbound(runtime, this.#over ?? runtime.upstreamIdentity())
    this.#own ??= findSource(runtime, pipe, this.peer)
    return this.#own
  }

  /** Own service: over mutual TLS or not, as the policy has it for the call that begins now. */
  #outbound(runtime: RelayRuntime, identity: string): Source {
    if (this.#own?.identity !== identity) {
      const security = identity === '' ? 'plaintext' : 'mtls'
      this.#own = runtime.book.source(runtime.service, '', 'config', security, identity)
    }
    return this.#own!
  }

  /** The trace state names the caller freshly, in bytes[place.start..place.end). */
  named(bytes: Buffer, place: Readonly<ServiceRange>, runtime: RelayRuntime, pipe: Pipe): void {
    // What a certificate proves goes before what a field says.
    if (this.peer.identity !== '') return
    this.#isNamed = true
    if (this.#named && isName(this.#named.service, bytes, place.start, place.end)) return
    const service = bytes.toString('latin1', place.start, place.end)
    this.#named = runtime.book.source(service, addressOf(pipe), 'trace', this.peer.security)
  }
}

/** DESIGN 4.3, order of belief without trace state: certificate, configuration, address. */
function findSource(runtime: RelayRuntime, pipe: Pipe, peer: SecurePeer): Source {
  const { book, callerOf } = runtime
  if (runtime.settings.kind !== 'inbound') return book.source(runtime.service, '', 'config')
  const address = addressOf(pipe)
  const { security, identity, service } = peer
  if (identity !== '') return book.source(service, address, 'mtls', security, identity)
  const name = callerOf(address)
  return name === undefined
    ? book.source(address, address, 'address', security)
    : book.source(name, address, 'config', security)
}

/** An IPv4 address that came over an IPv6 socket is written as IPv4. */
function addressOf(pipe: Pipe): string {
  return pipe.remoteAddress().replace(/^::ffff:/, '')
}

function isName(name: string, bytes: Buffer, start: number, end: number): boolean {
  if (name.length !== end - start) return false
  for (let index = 0; index < name.length; index++) {
    if (name.charCodeAt(index) !== bytes[start + index]) return false
  }
  return true
}
