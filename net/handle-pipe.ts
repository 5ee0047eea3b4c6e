import { lookup } from 'node:dns/promises'
import type { Server } from 'node:net'
import { getSystemErrorName } from 'node:util'
import type { Address } from './address.ts'
import { endOf, KEEP_ALIVE_S, type Pipe, type PipeOwner, type ReadArea, WRITE } from './pipe.ts'
import { loadBindings } from './tcp-binding.ts'

/**
 * Connections straight on Node's TCP handles, without net.Socket: 1 µs of CPU less a call than `onread`,
 * 6 µs less than `data` events, and a third of the memory of an idle connection. Node does not promise to
 * keep these handles (tcp-binding.ts loads them); where `handlesWork` says no, transport.ts falls back to
 * socket-pipe.ts, and a test fails loudly.
 */

/** What Node keeps below a connection. */
export interface NativeHandle {
  onread: (this: NativeHandle) => Buffer | undefined
  tapPipe: HandlePipe
  readStart(): number
  readStop(): number
  useUserBuffer(buffer: Buffer): void
  writeBuffer(request: object, bytes: Uint8Array): number
  shutdown(request: object): number
  close(done?: () => void): void
  reset(done?: () => void): number
  setNoDelay(on: boolean): void
  getpeername(out: { address?: string; port?: number }): number
  getsockname(out: { address?: string; port?: number }): number
  setKeepAlive(on: boolean, delay_s: number): number
  connect(request: object, host: string, port: number): number
  connect6(request: object, host: string, port: number): number
}

interface WriteRequest {
  oncomplete: (this: WriteRequest, status: number) => void
  pipe: HandlePipe
  bytes: Uint8Array
}

interface ConnectRequest {
  oncomplete: (this: ConnectRequest, status: number) => void
  pipe: HandlePipe
  connected: (pipe: Pipe | undefined, code: string) => void
}

interface ShutdownRequest {
  oncomplete: (this: ShutdownRequest) => void
  pipe: HandlePipe
}

interface Bindings {
  TCP: new (kind: number) => NativeHandle
  TCPConnectWrap: new () => ConnectRequest
  WriteWrap: new () => WriteRequest
  ShutdownWrap: new () => ShutdownRequest
  state: Int32Array
  readAt: number
  asyncAt: number
  SOCKET: number
  SERVER: number
}

const bindings = loadBindings<Bindings>()

const END_OF_FILE = -4095

/** The request object of a write that the kernel takes at once is not used up, so one serves them all. */
let spareWrite: WriteRequest | undefined

/** True where this version of Node has what this file needs. */
export function handlesWork(): boolean {
  return bindings !== undefined
}

function onRead(this: NativeHandle): Buffer | undefined {
  const pipe = this.tapPipe
  const count = bindings!.state[bindings!.readAt]!
  try {
    if (count > 0) {
      const area = pipe.owner.onData(pipe.area, count)
      if (area === undefined || area === pipe.area) return undefined
      pipe.area = area
      return area.window
    }
    if (count === END_OF_FILE) pipe.owner.onEnd()
    else if (count < 0) pipe.break(count)
  } catch (error) {
    pipe.owner.onFault(error)
  }
  return undefined
}

function onWritten(this: WriteRequest, status: number): void {
  const { pipe } = this
  pipe.pendingWrites--
  try {
    if (pipe.closed) return
    if (pipe.pendingWrites === 0) pipe.endIfDue()
    if (status < 0 && pipe.owner.onWriteFailed()) pipe.resume()
    else if (status < 0) pipe.break(status)
    else if (pipe.pendingWrites === 0) pipe.owner.onDrain()
  } catch (error) {
    pipe.owner.onFault(error)
  }
}

function onConnected(this: ConnectRequest, status: number): void {
  const { pipe, connected } = this
  try {
    if (pipe.closed) return
    if (status < 0) {
      pipe.close()
      connected(undefined, getSystemErrorName(status))
      return
    }
    pipe.start()
    connected(pipe, '')
  } catch (error) {
    pipe.owner.onFault(error)
  }
}

function onShutDown(this: ShutdownRequest): void {
  this.pipe.onEndSent()
}

/** How far the FIN of this side is. */
const FIN = { none: 0, due: 1, underway: 2, sent: 3 } as const

export class HandlePipe implements Pipe {
  pendingWrites = 0
  closed = false
  area: ReadArea
  owner: PipeOwner
  readonly #handle: NativeHandle
  #address: string | undefined = undefined
  #port = 0
  #reading = false
  #fin: number = FIN.none
  #resetDue = false

  constructor(handle: NativeHandle, owner: PipeOwner, area: ReadArea) {
    this.#handle = handle
    this.owner = owner
    this.area = area
    handle.tapPipe = this
  }

  /** Begins to read. */
  start(): void {
    this.#handle.setNoDelay(true)
    this.#handle.onread = onRead
    this.#handle.useUserBuffer(this.area.window)
    this.resume()
  }

  write(bytes: Uint8Array): number {
    if (this.closed) return WRITE.failed
    const { WriteWrap, state, asyncAt } = bindings!
    spareWrite ??= new WriteWrap()
    const status = this.#handle.writeBuffer(spareWrite, bytes)
    if (status < 0) return WRITE.failed
    if (state[asyncAt] === 0) return WRITE.done
    const request = spareWrite
    spareWrite = undefined
    request.oncomplete = onWritten
    request.pipe = this
    request.bytes = bytes
    this.pendingWrites++
    return WRITE.pending
  }

  pause(): void {
    if (!this.#reading || this.closed) return
    this.#reading = false
    this.#handle.readStop()
  }

  resume(): void {
    if (this.#reading || this.closed) return
    this.#reading = true
    this.#handle.readStart()
  }

  end(): void {
    if (this.closed || this.#fin !== FIN.none) return
    this.#fin = FIN.due
    if (this.pendingWrites === 0) this.endIfDue()
  }

  /** Sends FIN, once nothing waits before it. */
  endIfDue(): void {
    if (this.#fin !== FIN.due) return
    const request = new bindings!.ShutdownWrap()
    request.oncomplete = onShutDown
    request.pipe = this
    this.#fin = this.#handle.shutdown(request) < 0 ? FIN.sent : FIN.underway
  }

  onEndSent(): void {
    this.#fin = FIN.sent
    if (this.#resetDue) this.#handle.reset()
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.#handle.close()
  }

  reset(): void {
    if (this.closed) return
    if (this.#fin === FIN.underway) {
      // Node loses a handle whose reset is refused, as it is until the FIN is sent, in this turn of the loop.
      this.pause()
      this.#resetDue = true
    } else this.#handle.reset()
    this.closed = true
  }

  /** Closes after an error of the system and tells the owner. */
  break(status: number): void {
    this.close()
    this.owner.onBroken(getSystemErrorName(status))
  }

  remoteAddress(): string {
    if (this.#address === undefined) {
      const out: { address?: string; port?: number } = {}
      this.#handle.getpeername(out)
      this.#address = out.address ?? ''
      this.#port = out.port ?? 0
    }
    return this.#address
  }

  get remotePort(): number {
    return this.#port
  }

  keepAlive(): void {
    if (!this.closed) this.#handle.setKeepAlive(true, KEEP_ALIVE_S)
  }

  localEnd(): string {
    const out: { address?: string; port?: number } = {}
    if (!this.closed) this.#handle.getsockname(out)
    return endOf(out.address ?? '', out.port ?? 0)
  }
}

/** Makes `server`, which listens already, hand its connections to `accept` as bare handles. */
export function takeConnections(server: Server, accept: (handle: object) => void): boolean {
  const { _handle: listening } = server as Server & {
    _handle?: { onconnection: (status: number, handle?: object) => void }
  }
  if (!bindings || !listening || typeof listening.onconnection !== 'function') return false
  listening.onconnection = (status, handle) => {
    if (status === 0 && handle) accept(handle)
  }
  return true
}

/** A socket of the system that may listen. */
export interface BoundSocket {
  readonly fd: number
  bind(host: string, port: number): number
  bind6(host: string, port: number, flags: number): number
  getsockname(out: { address?: string; port?: number }): number
  open(fd: number): number
  close(): void
}

interface ListeningHandle extends BoundSocket {
  onconnection: (status: number, client?: NativeHandle & { fd: number }) => void
}

/** The socket below a server that listens. */
export function socketOf(server: Server): BoundSocket | undefined {
  return (server as Server & { _handle?: ListeningHandle })._handle
}

function newSocket(): BoundSocket {
  const { TCP, SERVER } = bindings!
  return new TCP(SERVER) as unknown as BoundSocket
}

/**
 * Binds an address without listening on it: who listens later, in any process, accepts.
 * @throws the system's error
 */
export async function bindSocket({ host, port }: Address): Promise<BoundSocket> {
  const { address, family } = await lookup(host)
  const socket = newSocket()
  const status = family === 6 ? socket.bind6(address, port, 0) : socket.bind(address, port)
  // A port that is taken shows only when the socket is asked for its address (libuv, uv_tcp_bind).
  const failed = status || socket.getsockname({})
  if (failed === 0) return socket
  socket.close()
  const code = getSystemErrorName(failed)
  throw Object.assign(new Error(`bind ${code} ${host}:${port}`), { code })
}

/** The address of a socket that was inherited as a descriptor; undefined if it is not one of TCP. */
export function addressOf(socket: BoundSocket): Address | undefined {
  const out: { address?: string; port?: number } = {}
  if (socket.getsockname(out) !== 0 || out.address === undefined || out.port === undefined) return undefined
  return { host: out.address, port: out.port }
}

/** Opens an inherited descriptor. @returns undefined if it is not a socket of TCP */
export function inheritedSocket(fd: number): BoundSocket | undefined {
  if (!bindings) return undefined
  const socket = newSocket()
  return socket.open(fd) === 0 && addressOf(socket) !== undefined ? socket : undefined
}

/**
 * Reports what `server`, which listens already, cannot accept. When descriptors run out, libuv accepts and
 * closes connections without a word (uv__emfile_trick), so those from `bound` on are refused here.
 * @param failed gets the system's code
 */
export function guardAccept(server: Server, bound: number, failed: (code: string) => void): void {
  const handle = socketOf(server) as ListeningHandle | undefined
  if (typeof handle?.onconnection !== 'function') return
  const accept = handle.onconnection
  handle.onconnection = (status, client) => {
    if (status !== 0) failed(getSystemErrorName(status))
    else if (client && client.fd >= bound) {
      client.close()
      failed('EMFILE')
    } else accept.call(handle, status, client)
  }
}

/** A pipe for an accepted handle; call `start` when its owner is ready. */
export function acceptedPipe(handle: object, owner: PipeOwner, area: ReadArea): HandlePipe {
  const pipe = new HandlePipe(handle as NativeHandle, owner, area)
  // Asked for now: the system forgets the address of a peer that has reset the connection.
  pipe.remoteAddress()
  return pipe
}

/** Connects to an IP address; `connected` gets the pipe, or the code of the error. @returns the pipe to be, for closing it early */
export function connectHandle(
  host: string,
  port: number,
  owner: PipeOwner,
  area: ReadArea,
  connected: (pipe: Pipe | undefined, code: string) => void,
): Pipe {
  const { TCP, TCPConnectWrap, SOCKET } = bindings!
  const handle = new TCP(SOCKET)
  const pipe = new HandlePipe(handle, owner, area)
  const request = new TCPConnectWrap()
  request.oncomplete = onConnected
  request.pipe = pipe
  request.connected = connected
  const status = host.includes(':')
    ? handle.connect6(request, host, port)
    : handle.connect(request, host, port)
  if (status !== 0) {
    pipe.close()
    process.nextTick(connected, undefined, getSystemErrorName(status))
  }
  return pipe
}
