import { open } from 'node:fs/promises'

/** Segments up to this size are read into the same memory one after the other. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024

/** Reads files of the write-ahead log, one at a time, without new memory for each. */
export class SegmentFile {
  #memory = Buffer.alloc(0)

  /**
   * The first `bytes` of a file, or all where it is shorter; valid until the next read.
   * @throws what the system throws
   */
  async read(path: string, bytes: number): Promise<Buffer> {
    const file = await open(path)
    try {
      const { size } = await file.stat()
      const content = this.#room(Math.min(bytes, size))
      let at = 0
      while (at < content.length) {
        const { bytesRead } = await file.read(content, at, content.length - at, at)
        if (bytesRead === 0) break
        at += bytesRead
      }
      return content.subarray(0, at)
    } finally {
      await file.close()
    }
  }

  #room(bytes: number): Buffer {
    if (bytes <= this.#memory.length) return this.#memory.subarray(0, bytes)
    const memory = Buffer.allocUnsafeSlow(bytes)
    if (bytes <= KEPT_BYTES_MAX) this.#memory = memory
    return memory
  }
}
