const NOTHING: readonly Buffer[] = []

/** The part of a request's body that came after its head, kept for another attempt as long as it is small. */
export class ReplayBody {
  readonly #bytes_max: number
  #pieces: Buffer[] | undefined
  #bytes = 0
  /** False once more came than is kept. */
  whole = true

  constructor(bytes_max: number) {
    this.#bytes_max = bytes_max
  }

  get pieces(): readonly Buffer[] {
    return this.#pieces ?? NOTHING
  }

  /** Copies what is only valid now. */
  keep(bytes: Uint8Array, start: number, end: number): void {
    if (!this.whole || end <= start) return
    this.#bytes += end - start
    if (this.#bytes > this.#bytes_max) {
      this.whole = false
      this.#pieces = undefined
      return
    }
    this.#pieces ??= []
    this.#pieces.push(Buffer.from(bytes.subarray(start, end)))
  }
}
