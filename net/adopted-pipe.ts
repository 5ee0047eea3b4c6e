import type { Socket } from 'node:net'
import { HandlePipe, handlesWork, type NativeHandle } from './handle-pipe.ts'
import { endOf, KEEP_ALIVE_S, type Pipe, type PipeOwner, type ReadArea, smallArea } from './pipe.ts'
import { SocketPipe } from './socket-pipe.ts'

/**
 * Connections that Node opened and the relay takes over: TLS between taps, and plaintext that was looked
 * at before. The pipe works on the socket's handle and goes round its stream; the socket itself is kept,
 * since the handle is its own and it knows how TLS ends.
 */

const METHODS = ['readStart', 'readStop', 'useUserBuffer', 'writeBuffer', 'shutdown', 'setNoDelay'] as const

/** What Node keeps below a socket, TCP or TLS; undefined where it lacks what a pipe needs. */
function handleOf(socket: Socket): NativeHandle | undefined {
  const { _handle: handle } = socket as Socket & { _handle?: NativeHandle | null }
  if (!handlesWork() || !handle) return undefined
  return METHODS.every((name) => typeof handle[name] === 'function') ? handle : undefined
}

/** Whether the peer's end was read already: the stream keeps it to itself until its bytes are read. */
function hasEnded(socket: Socket): boolean {
  const { _readableState: state } = socket as Socket & { _readableState?: { ended?: boolean } }
  return state?.ended ?? socket.readableEnded
}

class AdoptedPipe extends HandlePipe {
  readonly #socket: Socket
  readonly #resetAll: () => void
  readonly #peer: string
  #ending = false

  constructor(handle: NativeHandle, socket: Socket, owner: PipeOwner, area: ReadArea, reset: () => void) {
    super(handle, owner, area)
    this.#socket = socket
    this.#resetAll = reset
    // Asked for now: the system forgets the address of a peer that has reset the connection.
    this.#peer = socket.remoteAddress ?? ''
    socket.on('error', (error: NodeJS.ErrnoException) => this.#lost(error.code ?? 'ECONNRESET'))
    socket.on('close', () => this.#lost('ECONNRESET'))
  }

  /** Begins to read in the next callback; what the stream had read before comes first. */
  override start(): void {
    process.nextTick(() => this.#adopt())
  }

  #adopt(): void {
    if (this.closed) return
    const socket = this.#socket
    socket.pause()
    const first = socket.read() as Buffer | null
    const ended = hasEnded(socket)
    try {
      super.start()
      if (first) {
        const area = { bytes: first, room: 0, window: first, shared: false, large: true }
        this.owner.onData(area, first.length)
      }
      if (ended && !this.closed) this.owner.onEnd()
    } catch (error) {
      this.owner.onFault(error)
    }
  }

  #lost(code: string): void {
    if (this.closed) return
    this.close()
    this.owner.onBroken(code)
  }

  override close(): void {
    if (this.closed) return
    this.closed = true
    this.#socket.destroy()
  }

  override end(): void {
    this.#ending = true
    super.end()
  }

  override reset(): void {
    if (this.closed) return
    this.closed = true
    // Node loses the handle of a socket whose reset is refused, as it is while a half-close is under way.
    if (this.#ending && !this.#socket.writableFinished) this.#socket.destroy()
    else this.#resetAll()
  }

  override remoteAddress(): string {
    return this.#peer
  }

  override get remotePort(): number {
    return this.#socket.remotePort ?? 0
  }

  override keepAlive(): void {
    this.#socket.setKeepAlive(true, KEEP_ALIVE_S * 1000)
  }

  override localEnd(): string {
    return endOf(this.#socket.localAddress ?? '', this.#socket.localPort ?? 0)
  }
}

/**
 * A pipe over a socket that is paused; once started its owner hears the first bytes after the present callback.
 * @param reset how this connection is reset, where it runs over another
 */
export function adoptSocket(
  socket: Socket,
  owner: PipeOwner,
  reset: () => void,
  area: ReadArea = smallArea(),
): Pipe {
  const handle = handleOf(socket)
  if (handle === undefined) {
    return new SocketPipe(socket, owner, reset)
  }
  return new AdoptedPipe(handle, socket, owner, area, reset)
}
