/**
 * One TCP connection as the relay uses it. Two ways to make one exist (handle-pipe.ts,
 * socket-pipe.ts); the rest of the relay knows only this.
 */

/** Outcome of a write. */
export const WRITE = { done: 0, pending: 1, failed: -1 } as const

/** Room in front of what is read, so that a head can grow a little in place. */
export const ROOM_BYTES = 128
/** Reads of idle and small traffic: one area for all connections, since it is emptied within the callback. */
const SHARED_BYTES = 32 * 1024
/** A connection's own area, for the side whose bytes are written on without a copy. */
const SMALL_BYTES = 16 * 1024
/** Taken while a large body flows; measured against 64 and 128 KiB (docs/decisions/0004-data-path.md). */
const LARGE_BYTES = 256 * 1024
/** Large areas kept for the next body. */
const LARGE_KEPT_MAX = 32
/** Large areas in use at once; beyond that bodies flow through what they have. */
const LARGE_USED_MAX = 256

/** Memory that reads go to. */
export interface ReadArea {
  readonly bytes: Buffer
  /** Offset of the first byte read. */
  readonly room: number
  /** The part the kernel may write to. */
  readonly window: Buffer
  /** True where another connection may read into it as soon as the callback returns. */
  readonly shared: boolean
  readonly large: boolean
}

export interface Pipe {
  /** Hears what happens; may change hands within a callback of the present owner. */
  owner: PipeOwner
  /** Port of the peer, or 0. */
  readonly remotePort: number
  /** Begins to read. */
  start(): void
  /** Asks the kernel to look after a silent peer, which may be gone (RFC 9293 section 3.8.4). */
  keepAlive(): void
  /** Own end of the connection as `remoteEnd` of the peer would write it, or empty. */
  localEnd(): string
  /** Writes whose bytes the kernel has not taken yet. */
  readonly pendingWrites: number
  /**
   * Sends bytes, which must stay as they are until the write is done. After WRITE.pending the owner
   * hears `onDrain`; after WRITE.failed the peer is gone.
   */
  write(bytes: Uint8Array): number
  pause(): void
  resume(): void
  /** Half-close: what was written goes out, then FIN. */
  end(): void
  /** Closes; bytes not yet taken by the kernel are lost. */
  close(): void
  /** Closes so that the peer sees a reset and cannot take what came for complete. */
  reset(): void
  /** IP address of the peer, or empty. */
  remoteAddress(): string
}

export interface PipeOwner {
  /**
   * Bytes that the kernel had not taken at once cannot be sent any more.
   * @returns true where an answer may still be read: a server that refuses an upload answers, closes, and
   * lets the rest run into a reset; false where the connection is broken with it
   */
  onWriteFailed(): boolean
  /** Bytes area.bytes[area.room .. area.room + length). @returns the area for the next read, or undefined to keep it */
  onData(area: ReadArea, length: number): ReadArea | undefined
  /** The peer sent FIN. */
  onEnd(): void
  /** The connection is broken; the pipe is closed already. */
  onBroken(code: string): void
  onDrain(): void
  /** An error of the program itself, kept within this connection. */
  onFault(error: unknown): void
}

export function newArea(size: number, shared = false): ReadArea {
  const bytes = Buffer.allocUnsafeSlow(ROOM_BYTES + size)
  return { bytes, room: ROOM_BYTES, window: bytes.subarray(ROOM_BYTES), shared, large: size === LARGE_BYTES }
}

export const SHARED_AREA: ReadArea = newArea(SHARED_BYTES, true)

export function smallArea(): ReadArea {
  return newArea(SMALL_BYTES)
}

const kept: ReadArea[] = []
let used = 0

/** An area for a large body, or undefined where as many as allowed are in use. */
export function takeLargeArea(): ReadArea | undefined {
  if (used >= LARGE_USED_MAX) return undefined
  used++
  return kept.pop() ?? newArea(LARGE_BYTES)
}

export function giveLargeArea(area: ReadArea): void {
  used--
  if (kept.length < LARGE_KEPT_MAX) kept.push(area)
}

/** The peer's end of a connection; an IPv4 address that came over an IPv6 socket is written as IPv4. */
export function remoteEnd(pipe: Pipe): string {
  return endOf(pipe.remoteAddress(), pipe.remotePort)
}

export function endOf(address: string, port: number): string {
  return `${address.startsWith('::ffff:') ? address.slice(7) : address} ${port}`
}

/** Silence after which the kernel asks whether the peer is still there. */
export const KEEP_ALIVE_S = 60

/** Views of small lengths are kept: making one costs as much as copying the bytes. */
const VIEW_BYTES_MAX = 4096

/** Where bytes are copied that have to stay as they are until a write is done. */
class Scratch {
  bytes = Buffer.allocUnsafeSlow(SHARED_BYTES)
  #views: (Buffer | undefined)[] = []

  /** Sends the first `length` bytes. */
  send(pipe: Pipe, length: number): number {
    const outcome = pipe.write(length <= VIEW_BYTES_MAX ? this.#view(length) : this.bytes.subarray(0, length))
    if (outcome === WRITE.pending) {
      // The kernel still reads from it, so the next copy needs another.
      this.bytes = Buffer.allocUnsafeSlow(SHARED_BYTES)
      this.#views = []
    }
    return outcome
  }

  #view(length: number): Buffer {
    let view = this.#views[length]
    if (view === undefined) {
      view = this.bytes.subarray(0, length)
      this.#views[length] = view
    }
    return view
  }
}

const scratch = new Scratch()

/** Sends bytes of an area that is shared or about to be read into again: by a copy that lives until the write is done. */
export function writeCopy(pipe: Pipe, bytes: Buffer, start: number, end: number): number {
  const length = end - start
  if (length > SHARED_BYTES) return pipe.write(Buffer.from(bytes.subarray(start, end)))
  bytes.copy(scratch.bytes, 0, start, end)
  return scratch.send(pipe, length)
}

/** Changes to a piece of bytes on its way. */
export interface Changes {
  /** New bytes, and bytes left out. */
  readonly length: number
  readonly removedTotal: number
  /** Copies from[start..end) with every change to out[0..). @returns bytes written */
  apply(from: Buffer, start: number, end: number, out: Buffer): number
}

/** As `writeCopy`, with changes. */
export function writeChanged(
  pipe: Pipe,
  bytes: Buffer,
  start: number,
  end: number,
  changes: Changes,
): number {
  const length = end - start + changes.length - changes.removedTotal
  if (length > SHARED_BYTES) {
    const own = Buffer.allocUnsafeSlow(length)
    changes.apply(bytes, start, end, own)
    return pipe.write(own)
  }
  changes.apply(bytes, start, end, scratch.bytes)
  return scratch.send(pipe, length)
}
