import { connect, type Socket } from 'node:net'
import { endOf, KEEP_ALIVE_S, type Pipe, type PipeOwner, WRITE } from './pipe.ts'

/** Connections on net.Socket with public interfaces only: slower, and what the tap falls back to. */
export class SocketPipe implements Pipe {
  pendingWrites = 0
  closed = false
  #ending = false
  owner: PipeOwner
  readonly #socket: Socket
  readonly #address: string
  readonly #resetAll: () => void

  /** @param reset how this connection is reset, where it runs over another */
  constructor(socket: Socket, owner: PipeOwner, reset: () => void = () => void socket.resetAndDestroy()) {
    this.#resetAll = reset
    this.#socket = socket
    this.owner = owner
    // Asked for now: the system forgets the address of a peer that has reset the connection.
    this.#address = socket.remoteAddress ?? ''
    socket.setNoDelay(true)
    socket.on('error', (error: NodeJS.ErrnoException) => this.#break(error.code ?? 'ECONNRESET'))
    socket.on('close', () => this.#break('ECONNRESET'))
    socket.on('data', (chunk: Buffer) => {
      this.#guard(() => {
        this.owner.onData({ bytes: chunk, room: 0, window: chunk, shared: false, large: true }, chunk.length)
      })
    })
    // A 'data' listener makes the stream flow; its owner says when.
    socket.pause()
    socket.on('end', () => this.#guard(() => this.owner.onEnd()))
  }

  #guard(work: () => void): void {
    if (this.closed) return
    try {
      work()
    } catch (error) {
      this.owner.onFault(error)
    }
  }

  #break(code: string): void {
    this.#guard(() => {
      this.close()
      this.owner.onBroken(code)
    })
  }

  write(bytes: Uint8Array): number {
    if (this.closed || !this.#socket.writable) return WRITE.failed
    let taken = false
    this.#socket.write(bytes, () => {
      if (!taken) return
      this.pendingWrites--
      this.#guard(() => {
        if (this.pendingWrites === 0) this.owner.onDrain()
      })
    })
    if (this.#socket.writableLength === 0) return WRITE.done
    taken = true
    this.pendingWrites++
    return WRITE.pending
  }

  start(): void {
    this.resume()
  }

  get remotePort(): number {
    return this.#socket.remotePort ?? 0
  }

  keepAlive(): void {
    this.#socket.setKeepAlive(true, KEEP_ALIVE_S * 1000)
  }

  localEnd(): string {
    return endOf(this.#socket.localAddress ?? '', this.#socket.localPort ?? 0)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    if (!this.closed) this.#socket.resume()
  }

  end(): void {
    this.#ending = true
    if (!this.closed) this.#socket.end()
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.#socket.destroy()
  }

  reset(): void {
    if (this.closed) return
    this.closed = true
    // Node loses the handle of a socket whose reset is refused, as it is while a half-close is under way.
    if (this.#ending && !this.#socket.writableFinished) this.#socket.destroy()
    else this.#resetAll()
  }

  remoteAddress(): string {
    return this.#address
  }
}

/** As `connectHandle`, on a net.Socket. */
export function connectSocket(
  host: string,
  port: number,
  owner: PipeOwner,
  connected: (pipe: Pipe | undefined, code: string) => void,
): Pipe {
  const socket = connect({ host, port, allowHalfOpen: true })
  const pipe = new SocketPipe(socket, {
    onWriteFailed: () => owner.onWriteFailed(),
    onData: (area, length) => owner.onData(area, length),
    onEnd: () => owner.onEnd(),
    onDrain: () => owner.onDrain(),
    onFault: (error) => owner.onFault(error),
    onBroken: (code) => connected(undefined, code),
  })
  socket.on('connect', () => {
    if (pipe.closed) return
    pipe.owner = owner
    connected(pipe, '')
    pipe.start()
  })
  return pipe
}
