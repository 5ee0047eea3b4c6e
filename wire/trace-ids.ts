/**
 * Random identifiers as lower-case hex bytes, from a xorshift generator (Marsaglia 2003, 128 bits of
 * state). They are identifiers, not secrets, so speed counts and prediction does no harm.
 */

const HEX = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))

export class TraceIds {
  #a: number
  #b: number
  #c: number
  #d: number

  /** @param seed four random 32-bit words, not all zero */
  constructor(seed: Uint32Array) {
    this.#a = seed[0]! | 0
    this.#b = seed[1]! | 0
    this.#c = seed[2]! | 0
    this.#d = seed[3]! | 1
  }

  #next(): number {
    let t = this.#d
    const s = this.#a
    this.#d = this.#c
    this.#c = this.#b
    this.#b = s
    t ^= t << 11
    t ^= t >>> 8
    this.#a = (t ^ s ^ (s >>> 19)) | 0
    return this.#a
  }

  /** Writes `digits` hex digits (a multiple of eight) to out[at..]; never all zero, which W3C forbids. */
  write(out: Uint8Array, at: number, digits: number): void {
    let any = 0
    for (let index = at; index < at + digits; index += 8) {
      const word = this.#next()
      any |= word
      out[index] = HEX[(word >>> 28) & 15]!
      out[index + 1] = HEX[(word >>> 24) & 15]!
      out[index + 2] = HEX[(word >>> 20) & 15]!
      out[index + 3] = HEX[(word >>> 16) & 15]!
      out[index + 4] = HEX[(word >>> 12) & 15]!
      out[index + 5] = HEX[(word >>> 8) & 15]!
      out[index + 6] = HEX[(word >>> 4) & 15]!
      out[index + 7] = HEX[word & 15]!
    }
    if (any === 0) out[at + digits - 1] = 0x31
  }
}
