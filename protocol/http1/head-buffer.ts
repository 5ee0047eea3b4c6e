/** A request head (or several, pipelined) that has not come whole yet. */

/** Below this a head is parsed again with every piece, so that garbage is refused at its first byte. */
const EAGER_BYTES = 512
const LF = 0x0a

export class HeadBuffer {
  bytes: Buffer
  length: number
  /** True where the last pieces may have completed a line, so that parsing again can tell something new. */
  worth = true

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = Buffer.from(bytes.subarray(start, end))
    this.length = this.bytes.length
  }

  /**
   * Adds a piece. A long head that trickles in is parsed only when a line ends, which bounds the
   * work to the number of fields allowed, not the number of pieces.
   */
  append(bytes: Buffer, start: number, end: number, limit: number): void {
    const length = this.length + end - start
    if (length > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.bytes.length))
      this.bytes.copy(larger, 0, 0, this.length)
      this.bytes = larger
    }
    bytes.copy(this.bytes, this.length, start, end)
    this.worth =
      length <= EAGER_BYTES || length >= limit || this.bytes.subarray(this.length, length).includes(LF)
    this.length = length
  }
}
