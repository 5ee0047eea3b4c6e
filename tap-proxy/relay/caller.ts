import type { Pipe } from './pipe.ts'
import { believed } from './request-trace.ts'
import type { RelayRuntime } from './runtime.ts'
import type { Source } from './source-book.ts'

/** Who calls over one connection; remembered, so that the same caller is the same object again. */
export class Caller {
  #own: Source | undefined = undefined
  #named: Source | undefined = undefined
  #isNamed = false

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

  /** The caller of the call in progress. */
  source(runtime: RelayRuntime, pipe: Pipe): Source {
    if (this.#isNamed) return this.#named!
    this.#own ??= findSource(runtime, pipe)
    return this.#own
  }

  /** The trace state names the caller freshly, at the place `believed` in `bytes`. */
  named(bytes: Buffer, runtime: RelayRuntime, pipe: Pipe): void {
    this.#isNamed = true
    if (this.#named && isName(this.#named.service, bytes, believed.start, believed.end)) return
    const service = bytes.toString('latin1', believed.start, believed.end)
    this.#named = runtime.book.source(service, addressOf(pipe), 'trace')
  }
}

/** DESIGN 4.3, order of belief without trace state: configuration, then the address. */
function findSource({ book, settings, service, callerOf }: RelayRuntime, pipe: Pipe): Source {
  if (settings.kind !== 'inbound') return book.source(service, '', 'config')
  const address = addressOf(pipe)
  const name = callerOf(address)
  return name === undefined ? book.source(address, address, 'address') : book.source(name, address, 'config')
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
