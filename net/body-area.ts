import { giveLargeArea, type ReadArea, SHARED_AREA, takeLargeArea } from './pipe.ts'

/** Where a client's connection reads to: the shared area, or one of its own while a large body comes. */
export class BodyArea {
  #large: ReadArea | undefined = undefined
  #reading = false

  /**
   * The area for the next read.
   * @param more true while more of a body is to come @param inCall true while what was read may still be written on
   */
  next(area: ReadArea, length: number, more: boolean, inCall: boolean): ReadArea {
    if (more && !area.large && length === area.window.length) this.#large ??= takeLargeArea()
    this.#reading = more && this.#large !== undefined
    if (this.#reading) return this.#large!
    if (!inCall) this.free()
    return SHARED_AREA
  }

  /** Gives the large area back: nobody reads into it and nobody writes from it any more. */
  free(): void {
    if (!this.#large) return
    giveLargeArea(this.#large)
    this.#large = undefined
  }
}
