import { readFileSync } from 'node:fs'
import type { AddressInfo, Server } from 'node:net'
import type { Address } from './address.ts'
import { labelOf } from './endpoint.ts'
import { type BoundSocket, bindSocket, guardAccept, socketOf } from './handle-pipe.ts'

/** A listening socket that was opened before: by systemd, by the tap that this one succeeds, or by its parent. */
export interface GivenSocket {
  /** `host:port` as the configuration asks for it. */
  asked: string
  /** Name of the listener it is meant for. */
  name: string
  /** The listener of its name takes it, whatever address that one asks for. */
  anyAddress?: boolean
  source: BoundSocket
}

export interface AcceptEvents {
  /** Connections to `where` cannot be taken. @param code of the system, or `connections_max` */
  acceptFailed(code: string, where: string): void
}

/** Connections waiting in the kernel; Linux cuts it to net.core.somaxconn. */
const BACKLOG = 1024
/** Of the descriptors a process may open, so many are kept for upstream connections, files and /metrics. */
const KEPT_SHARE = 1 / 8
const KEPT_MIN = 16
const KEPT_MAX = 256
/** The code under which `connections_max` is counted beside those of the system. */
export const CONNECTIONS_MAX = 'connections_max'

/** How many descriptors this process may open; Node raises its own limit to the hard one. */
function descriptorLimit(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** Descriptors from this number on are not used for new connections of callers. */
export function descriptorBound(limit: number): number {
  return limit - Math.min(Math.max(limit * KEPT_SHARE, KEPT_MIN), KEPT_MAX)
}

/** A socket as another process inherits it. */
export interface OpenSocket {
  asked: string
  name: string
  fd: number
}

/**
 * Every listening socket of a process: opened here, or taken over open, so that no connection is refused
 * while one process follows another. What cannot be accepted is counted and reported.
 */
export class ListenSockets {
  /** Connections that were not taken, by code. */
  readonly failures = new Map<string, number>()
  readonly #given: GivenSocket[]
  readonly #events: AcceptEvents
  readonly #open = new Map<Server, { asked: string; name: string; socket: BoundSocket | undefined }>()
  readonly #bound = descriptorBound(descriptorLimit())

  constructor(given: readonly GivenSocket[] = [], events: AcceptEvents = { acceptFailed() {} }) {
    this.#given = [...given]
    this.#events = events
  }

  /**
   * Makes a server listen, on a given socket if one fits.
   * @param name of the listener
   * @param usesKept its connections may take the descriptors that are kept from callers
   * @returns the address it has
   * @throws the system's error (EADDRINUSE, EACCES …)
   */
  listen(server: Server, address: Address, name: string, usesKept = false): Promise<Address> {
    const asked = labelOf(address.host, address.port)
    const given = this.#take(asked, name)
    return new Promise((resolve, reject) => {
      const failed = (error: unknown) => {
        server.off('listening', listening)
        reject(error)
      }
      const listening = () => {
        server.off('error', failed)
        const { address: host, port } = server.address() as AddressInfo
        const where = labelOf(host, port)
        this.#watch(server, where, usesKept ? Number.POSITIVE_INFINITY : this.#bound)
        this.#open.set(server, { asked, name, socket: socketOf(server) })
        server.once('close', () => this.#open.delete(server))
        resolve({ host, port })
      }
      server.once('error', failed).once('listening', listening)
      if (given) server.listen(given.source, BACKLOG)
      else server.listen({ ...address, backlog: BACKLOG })
    })
  }

  /** Opens a socket without accepting on it, for other processes. @throws the system's error */
  async bind(address: Address, name: string): Promise<GivenSocket> {
    const asked = labelOf(address.host, address.port)
    return this.#take(asked, name) ?? { asked, name, source: await bindSocket(address) }
  }

  /** Takes further sockets, for a listener that is about to be opened. */
  give(socket: GivenSocket): void {
    this.#given.push(socket)
  }

  /** What is listened on now, for a process that shall go on with it. */
  get open(): OpenSocket[] {
    return [...this.#open.values()].flatMap(({ asked, name, socket }) =>
      socket === undefined || socket.fd < 0 ? [] : [{ asked, name, fd: socket.fd }],
    )
  }

  /** Given sockets that nobody asked for. */
  get unused(): readonly GivenSocket[] {
    return this.#given
  }

  #take(asked: string, name: string): GivenSocket | undefined {
    const named = this.#given.findIndex(
      (given) => given.name === name && (given.anyAddress === true || given.asked === asked),
    )
    const index = named >= 0 ? named : this.#given.findIndex((given) => given.asked === asked)
    return index < 0 ? undefined : this.#given.splice(index, 1)[0]
  }

  #watch(server: Server, where: string, bound: number): void {
    const failed = (code: string) => {
      this.failures.set(code, (this.failures.get(code) ?? 0) + 1)
      this.#events.acceptFailed(code, where)
    }
    // Beyond its own event of that name, transport.ts emits it for connections that an acceptor refused.
    server.on('drop', () => failed(CONNECTIONS_MAX))
    guardAccept(server, bound, failed)
  }
}
