import {
  giveLargeArea,
  type Pipe,
  type PipeOwner,
  type ReadArea,
  SHARED_AREA,
  takeLargeArea,
} from '../../net/pipe.ts'

/** What a connection hears of its service's end. */
export interface ServiceEndOwner {
  readonly pipe: Pipe
  onServiceData(area: ReadArea, length: number): void
  onServiceEnd(): void
  onServiceBroken(): void
  onServiceDrain(): void
  onFault(error: unknown): void
}

/** The service's end of the same connection. */
export class ServiceEnd implements PipeOwner {
  readonly readsAfterWriteFails = true
  readonly #through: ServiceEndOwner
  pipe: Pipe | undefined = undefined
  ended = false
  /** False once writing failed: what the service still says is relayed, and then the client is reset. */
  writable = true
  #largeArea: ReadArea | undefined = undefined

  constructor(through: ServiceEndOwner) {
    this.#through = through
  }

  onData(area: ReadArea, length: number): ReadArea {
    this.#through.onServiceData(area, length)
    this.#largeArea = nextArea(area, length, this.#largeArea, this.#through.pipe)
    return this.#largeArea ?? SHARED_AREA
  }

  onEnd(): void {
    this.ended = true
    this.#through.onServiceEnd()
  }

  onBroken(): void {
    this.#through.onServiceBroken()
  }

  onDrain(): void {
    this.#through.onServiceDrain()
  }

  onFault(error: unknown): void {
    this.#through.onFault(error)
  }

  giveArea(): void {
    if (this.#largeArea) giveLargeArea(this.#largeArea)
    this.#largeArea = undefined
  }
}

/**
 * Where one side reads to next: memory of its own while much comes, the shared area otherwise.
 * @param to the pipe that the bytes were written to
 */
export function nextArea(
  area: ReadArea,
  length: number,
  own: ReadArea | undefined,
  to: Pipe | undefined,
): ReadArea | undefined {
  if (own === undefined) return length === area.window.length ? takeLargeArea() : undefined
  if (length >= SHARED_AREA.window.length || (to?.pendingWrites ?? 0) > 0) return own
  giveLargeArea(own)
  return undefined
}
