import { ChunkedReader } from '../../wire/http1/chunked.ts'
import { FAULT, type FaultId } from '../../wire/http1/fault.ts'
import { BODY, type RequestHead } from '../../wire/http1/request.ts'

const NO_BYTES = new Uint8Array(0)

/** Where the body of the request in progress ends, whatever its framing. */
export class RequestBody {
  kind: number = BODY.none
  left = 0
  done = true
  fault: FaultId = FAULT.none
  /** What may be forwarded of the last bytes ends here. */
  keptEnd = 0
  #chunks: ChunkedReader | undefined
  #editing: ChunkedReader | undefined
  #watching: ChunkedReader | undefined

  /** @param untouched true where not even an extension of a chunk may be left out */
  begin(head: RequestHead, untouched: boolean): void {
    this.kind = head.body
    this.left = head.length
    this.done = head.body === BODY.none
    this.fault = FAULT.none
    if (head.body !== BODY.chunked) return
    if (untouched) this.#chunks = this.#watching ??= new ChunkedReader(true)
    else this.#chunks = this.#editing ??= new ChunkedReader()
    this.#chunks.reset(false)
  }

  /** For calls that have no body of HTTP. */
  clear(): void {
    this.kind = BODY.none
    this.left = 0
    this.done = true
    this.fault = FAULT.none
  }

  /** @returns offset of the first byte behind the body */
  read(bytes: Buffer, start: number, end: number): number {
    if (this.kind !== BODY.chunked) {
      const length = Math.min(this.left, end - start)
      this.left -= length
      this.done = this.left === 0
      this.keptEnd = start + length
      return this.keptEnd
    }
    const chunks = this.#chunks!
    const at = chunks.read(bytes, start, end)
    this.keptEnd = chunks.keptEnd
    this.fault = chunks.fault
    this.done = chunks.done
    return at
  }

  /** What still has to be sent behind the body, once it is done. */
  get trailer(): Uint8Array {
    return this.kind === BODY.chunked && this.done ? this.#chunks!.trailer : NO_BYTES
  }
}
