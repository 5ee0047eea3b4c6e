/** Bytes that grow: how a block of rows is written, by the tap and by the collector. */
export class Bytes {
  data: Uint8Array<ArrayBufferLike>
  end = 0

  /** @param memory to begin with; its content does not matter, only what was written is ever read */
  constructor(memory: Uint8Array<ArrayBufferLike> = new Uint8Array(1024)) {
    this.data = memory
  }

  /** What was written so far, in the same memory. */
  get written(): Uint8Array {
    return this.data.subarray(0, this.end)
  }

  room(more: number): void {
    if (this.end + more <= this.data.length) return
    const larger = new Uint8Array(Math.max(this.data.length * 2, this.end + more))
    larger.set(this.data.subarray(0, this.end))
    this.data = larger
  }

  varint(value: number): void {
    this.room(10)
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.data[this.end++] = (rest % 0x80) | 0x80
    this.data[this.end++] = rest
  }

  /** A whole number from 0 to 2^53 in `width` bytes (1, 2, 4 or 8), little end first. */
  uint(value: number, width: number): void {
    this.room(8)
    const { data, end } = this
    const low = value % 0x1_0000_0000
    data[end] = low
    if (width > 1) data[end + 1] = low >>> 8
    if (width > 2) {
      data[end + 2] = low >>> 16
      data[end + 3] = low >>> 24
    }
    if (width === 8) {
      const high = Math.floor(value / 0x1_0000_0000)
      data[end + 4] = high
      data[end + 5] = high >>> 8
      data[end + 6] = high >>> 16
      data[end + 7] = high >>> 24
    }
    this.end = end + width
  }

  /** Printable ASCII with its length in front. */
  text(value: string): void {
    const { length } = value
    this.varint(length)
    this.room(length)
    const { data } = this
    let at = this.end
    for (let index = 0; index < length; index++) data[at++] = value.charCodeAt(index)
    this.end = at
  }

  bytes(from: Uint8Array): void {
    this.room(from.length)
    this.data.set(from, this.end)
    this.end += from.length
  }
}
