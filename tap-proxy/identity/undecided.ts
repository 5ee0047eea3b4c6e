import type { Socket } from 'node:net'
import type { ArrivedConnection } from '../../net/secure.ts'

interface Entry {
  readonly socket: Socket
  readonly address: string
  readonly early: ArrivedConnection | undefined
}

/** Accepted connections that have not said yet what they are, by the address they come from. */
export class Undecided {
  readonly #entries = new Map<Socket, Entry>()
  readonly #byAddress = new Map<string, Set<Entry>>()

  get size(): number {
    return this.#entries.size
  }

  sockets(): Socket[] {
    return [...this.#entries.keys()]
  }

  add(socket: Socket, address: string, early: ArrivedConnection | undefined): void {
    const entry = { socket, address, early }
    this.#entries.set(socket, entry)
    const same = this.#byAddress.get(address)
    if (same) same.add(entry)
    else this.#byAddress.set(address, new Set([entry]))
  }

  /** @returns what was begun for the connection, if it was undecided */
  delete(socket: Socket): ArrivedConnection | undefined {
    const entry = this.#entries.get(socket)
    if (entry === undefined) return undefined
    this.#entries.delete(socket)
    const same = this.#byAddress.get(entry.address)!
    same.delete(entry)
    if (same.size === 0) this.#byAddress.delete(entry.address)
    return entry.early
  }

  /** The one that waits longest, of the address with the most: a flood from one place costs that place. */
  oldestOfBusiest(): Entry | undefined {
    let busiest: ReadonlySet<Entry> | undefined
    for (const same of this.#byAddress.values()) {
      if (busiest === undefined || same.size > busiest.size) busiest = same
    }
    return busiest?.values().next().value
  }
}
