import { ChunkedReader } from './chunked.ts'
import { FAULT, type FaultId } from './fault.ts'
import { BODY } from './request.ts'

/** Where a message's body ends (RFC 9112 section 6), found without a change to its bytes. */
export class BodyWatch {
  #kind: number = BODY.none
  #left = 0
  #chunks: ChunkedReader | undefined = undefined
  done = true
  fault: FaultId = FAULT.none

  /** @param kind of BODY @param length in bytes, if the kind is `length` */
  begin(kind: number, length: number): void {
    this.#kind = kind
    this.#left = length
    this.done = kind === BODY.none
    this.fault = FAULT.none
    if (kind !== BODY.chunked) return
    this.#chunks ??= new ChunkedReader(true)
    this.#chunks.reset(false)
  }

  /** The body lasts until the connection ends. */
  get untilClose(): boolean {
    return this.#kind === BODY.close
  }

  /** @returns offset of the first byte behind the body, or of the one that breaks a rule */
  read(bytes: Buffer, start: number, end: number): number {
    if (this.#kind === BODY.chunked) {
      const chunks = this.#chunks!
      const at = chunks.read(bytes, start, end)
      this.done = chunks.done
      this.fault = chunks.fault
      return at
    }
    if (this.#kind !== BODY.length) return end
    const at = start + Math.min(this.#left, end - start)
    this.#left -= at - start
    this.done = this.#left === 0
    return at
  }
}

/** Bodies that are over; an idle connection holds none. */
const KEPT_MAX = 256
const kept: BodyWatch[] = []

export function takeBody(kind: number, length: number): BodyWatch {
  const body = kept.pop() ?? new BodyWatch()
  body.begin(kind, length)
  return body
}

export function giveBody(body: BodyWatch): void {
  if (kept.length < KEPT_MAX) kept.push(body)
}
