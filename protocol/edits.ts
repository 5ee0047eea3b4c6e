/**
 * Changes that a decoder asks for in one piece of bytes on its way to the service: places in rising
 * order, each with a number of bytes to leave out and bytes to put in. One object serves every
 * connection, because a piece is written before the next one is read.
 */

const BYTES_FIRST = 1024

export class Edits {
  count = 0
  /** Offset of each change in the piece. */
  readonly at: number[] = []
  /** Bytes left out from there on. */
  readonly removed: number[] = []
  /** End of each change's new bytes in `bytes`; they begin where those of the change before end. */
  readonly ends: number[] = []
  bytes: Buffer = Buffer.allocUnsafeSlow(BYTES_FIRST)
  /** New bytes of all changes together. */
  length = 0
  removedTotal = 0

  clear(): void {
    this.count = 0
    this.length = 0
    this.removedTotal = 0
  }

  /** Makes room for `bytes` more new bytes. @returns where in `bytes` they go */
  room(bytes: number): number {
    if (this.length + bytes > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (this.length + bytes))
      this.bytes.copy(larger, 0, 0, this.length)
      this.bytes = larger
    }
    return this.length
  }

  /** Adds a change whose new bytes were written to `bytes` from `room` up to `end`. */
  add(at: number, removed: number, end: number): void {
    this.at[this.count] = at
    this.removed[this.count] = removed
    this.ends[this.count] = end
    this.count++
    this.length = end
    this.removedTotal += removed
  }

  /** Copies from[start..end) with every change to out[0..). @returns bytes written */
  apply(from: Buffer, start: number, end: number, out: Buffer): number {
    let to = 0
    let at = start
    let taken = 0
    for (let index = 0; index < this.count; index++) {
      const place = this.at[index]!
      if (place > at) to += from.copy(out, to, at, place)
      const stop = this.ends[index]!
      if (stop > taken) to += this.bytes.copy(out, to, taken, stop)
      taken = stop
      at = place + this.removed[index]!
    }
    if (at < end) to += from.copy(out, to, at, end)
    return to
  }
}
