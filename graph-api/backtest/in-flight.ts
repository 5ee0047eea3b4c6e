/** Calls under way, the one that ends first on top: a binary heap in four rows of numbers. */

/** Calls under way at a time; what begins past it ends at once, and is counted. */
export const IN_FLIGHT_MAX = 1_000_000
const FIRST_ROOM = 4096

export class InFlight {
  #end = new Float64Array(FIRST_ROOM)
  #start = new Float64Array(FIRST_ROOM)
  #kind = new Uint32Array(FIRST_ROOM)
  /** One bit for each judge that let the call in. */
  #admitted = new Uint32Array(FIRST_ROOM)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** When the next one ends; never where none is under way. */
  get nextEnd(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#end[0]!
  }

  /** @returns false where there is no room */
  push(end: number, start: number, kind: number, admitted: number): boolean {
    if (this.#size >= IN_FLIGHT_MAX) return false
    if (this.#size === this.#end.length) this.#grow()
    let at = this.#size++
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.#end[parent]! <= end) break
      this.#copy(parent, at)
      at = parent
    }
    this.#set(at, end, start, kind, admitted)
    return true
  }

  /** Takes off the one that ends first and gives it to `take`. */
  pop(take: (end: number, start: number, kind: number, admitted: number) => void): void {
    const [end, start, kind, admitted] = [this.#end[0]!, this.#start[0]!, this.#kind[0]!, this.#admitted[0]!]
    const last = --this.#size
    const lastEnd = this.#end[last]!
    let at = 0
    for (let child = 1; child < last; child = 2 * at + 1) {
      if (child + 1 < last && this.#end[child + 1]! < this.#end[child]!) child++
      if (this.#end[child]! >= lastEnd) break
      this.#copy(child, at)
      at = child
    }
    this.#copy(last, at)
    take(end, start, kind, admitted)
  }

  #copy(from: number, to: number): void {
    this.#set(to, this.#end[from]!, this.#start[from]!, this.#kind[from]!, this.#admitted[from]!)
  }

  #set(at: number, end: number, start: number, kind: number, admitted: number): void {
    this.#end[at] = end
    this.#start[at] = start
    this.#kind[at] = kind
    this.#admitted[at] = admitted
  }

  #grow(): void {
    const room = this.#end.length * 2
    const wider = <Row extends Float64Array | Uint32Array>(fresh: Row, old: Row): Row => {
      fresh.set(old)
      return fresh
    }
    this.#end = wider(new Float64Array(room), this.#end)
    this.#start = wider(new Float64Array(room), this.#start)
    this.#kind = wider(new Uint32Array(room), this.#kind)
    this.#admitted = wider(new Uint32Array(room), this.#admitted)
  }
}
