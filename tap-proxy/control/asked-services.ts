import { isName } from '../../document/name.ts'
import { CONTROL_SERVICES_MAX } from '../../model/control.ts'

/** The collector reads a request's head up to 64 KiB; what may stand between the two often takes less. */
const QUERY_BYTES_MAX = 24 * 1024

/**
 * The services a tap asks control about, in the order they were met: its own, those its listeners lead
 * to, and those that calls through a forward proxy went to. The first stay; what is past a limit is
 * counted and not asked about, so nothing is enforced for it.
 */
export class AskedServices {
  readonly #names = new Set<string>()
  readonly #left = new Set<string>()
  #bytes = 0

  /** @returns true where a name is new and is asked about from now on */
  add(names: Iterable<string>): boolean {
    const before = this.#names.size
    for (const name of names) {
      if (!this.#names.has(name) && isName(name)) this.#take(name)
    }
    return this.#names.size > before
  }

  #take(name: string): void {
    const bytes = encodeURIComponent(name).length + 1
    if (this.#names.size >= CONTROL_SERVICES_MAX || this.#bytes + bytes > QUERY_BYTES_MAX) {
      if (this.#left.size < CONTROL_SERVICES_MAX) this.#left.add(name)
      return
    }
    this.#names.add(name)
    this.#bytes += bytes
  }

  get names(): readonly string[] {
    return [...this.#names]
  }

  /** Names past the limit, counted up to as many again. */
  get leftOut(): number {
    return this.#left.size
  }
}
